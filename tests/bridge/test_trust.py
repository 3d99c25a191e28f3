"""One set of authorities for all connections."""

from __future__ import annotations

import ssl

from voiceagent.trust import authorities


def test_they_are_read_once_and_check_names_and_certificates() -> None:
    assert authorities() is authorities()
    assert (authorities().verify_mode, authorities().check_hostname) == (ssl.CERT_REQUIRED, True)
    assert authorities().get_ca_certs()
