"""The authority of the emulators: made once, for this machine only, its key for nobody else."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voiceagent.emulators.certificates import NAMES, Authority, open_authority
from voiceagent.errors import UserError

NOW = datetime.now(UTC)


async def handshake(server: ssl.SSLContext, client: ssl.SSLContext, name: str) -> ssl.SSLObject:
    """Both sides in memory, until the client is content or an error says why it is not."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(to_client, to_server, server_hostname=name)
    other = server.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(10):
        for side in (one, other):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
        await asyncio.sleep(0)
    return one


def trusting(authority: Authority) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority.certificate))


@pytest.mark.parametrize("name", NAMES)
async def test_who_trusts_the_authority_believes_the_server_under_each_name(tmp_path: Path, name: str) -> None:
    authority = open_authority(tmp_path)
    secured = await handshake(authority.server_context(), trusting(authority), name)
    assert secured.version() == "TLSv1.3"


async def test_a_client_that_asks_for_another_name_or_trusts_others_refuses(tmp_path: Path) -> None:
    authority = open_authority(tmp_path / "a")
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        await handshake(authority.server_context(), trusting(authority), "example.com")
    stranger = open_authority(tmp_path / "b")
    with pytest.raises(ssl.SSLCertVerificationError):
        await handshake(authority.server_context(), trusting(stranger), "localhost")


async def test_what_the_authority_signs_for_a_foreign_name_is_not_believed(tmp_path: Path) -> None:
    mine = open_authority(tmp_path)
    stolen = Authority(mine.certificate, mine.bundle, mine.java_store, ("bank.example",), mine._key, mine._signed)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        await handshake(stolen.server_context(), trusting(mine), "bank.example")


async def test_a_server_that_runs_for_long_renews_its_certificate(tmp_path: Path) -> None:
    authority = open_authority(tmp_path, now=NOW - timedelta(days=9))
    today = NOW - timedelta(days=9)
    context = authority.server_context(now=lambda: today)
    first = (await handshake(context, trusting(authority), "localhost")).getpeercert(binary_form=True)
    again = (await handshake(context, trusting(authority), "localhost")).getpeercert(binary_form=True)
    assert first == again
    today = NOW
    await handshake(context, trusting(authority), "localhost")
    renewed = (await handshake(context, trusting(authority), "localhost")).getpeercert(binary_form=True)
    assert renewed != first


def test_it_is_made_once_and_its_key_is_for_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "https"
    first, second = open_authority(folder), open_authority(folder)
    assert first._signed == second._signed
    assert (folder / "authority.key").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("why", ["expired", "broken", "other names"])
def test_one_that_cannot_be_used_any_more_is_made_anew(tmp_path: Path, why: str) -> None:
    first = open_authority(tmp_path, now=NOW - timedelta(days=3_640) if why == "expired" else NOW)
    if why == "broken":
        (tmp_path / "authority.key").write_text("nonsense")
    names = (*NAMES, "emulator") if why == "other names" else NAMES
    assert open_authority(tmp_path, names=names)._signed != first._signed


@pytest.mark.usefixtures("all_authorities")
def test_the_bundle_has_the_public_authorities_too(tmp_path: Path) -> None:
    authority = open_authority(tmp_path)
    found = ssl.create_default_context(cafile=str(authority.bundle)).cert_store_stats()
    assert found["x509_ca"] > 50
    assert authority.bundle.read_bytes().endswith(authority.certificate.read_bytes())


def test_it_tells_each_kind_of_client_how_to_trust_it(tmp_path: Path) -> None:
    authority = open_authority(tmp_path)
    assert authority.trust_env() == {
        "SSL_CERT_FILE": str(tmp_path / "bundle.pem"),
        "REQUESTS_CA_BUNDLE": str(tmp_path / "bundle.pem"),
        "CURL_CA_BUNDLE": str(tmp_path / "bundle.pem"),
        "NODE_EXTRA_CA_CERTS": str(tmp_path / "authority.pem"),
    }
    assert f"-Djavax.net.ssl.trustStore={tmp_path / 'authority.p12'} " in authority.facts()["java_options"]


def test_a_folder_that_cannot_be_written_is_told_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be kept in") as told:
        open_authority(tmp_path / "file" / "https")
    assert "XDG_DATA_HOME" in told.value.remedy
