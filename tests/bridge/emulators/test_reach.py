"""Who may use the emulator's own addresses, and what its address is."""

from __future__ import annotations

import pytest

from voiceagent.emulators.reach import Reach


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("", "http://127.0.0.1:80"),
        ("::1", "http://[::1]:80"),
        ("localhost", "http://localhost:80"),
    ],
)
def test_the_address_is_one_that_can_be_asked(host: str, url: str) -> None:
    assert Reach(host).url(80) == url
    assert Reach(host).url(80, secure=True) == url.replace("http", "https")


def test_a_name_is_what_others_are_led_to() -> None:
    assert Reach("0.0.0.0", "emulator").url(8600) == "http://emulator:8600"


@pytest.mark.parametrize(
    ("peer", "host", "admitted"),
    [
        ("127.0.0.1", "127.0.0.1:80", True),
        ("127.0.0.1", "localhost:80", True),
        ("::1", "[::1]:80", True),
        ("127.0.0.1", "evil.example", False),
        ("10.0.0.7", "127.0.0.1:80", False),
        (None, "localhost", False),
        ("127.0.0.1", "", False),
    ],
)
def test_only_this_machine_under_its_own_name_is_admitted(peer: str | None, host: str, admitted: bool) -> None:
    assert Reach().admits(peer, host) is admitted


@pytest.mark.parametrize(
    ("host", "admitted"), [("emulator:8600", True), ("localhost:8600", True), ("evil.example", False), ("", False)]
)
def test_one_with_a_name_admits_other_machines_that_ask_for_it(host: str, admitted: bool) -> None:
    assert Reach("0.0.0.0", "emulator").admits("172.17.0.1", host) is admitted
