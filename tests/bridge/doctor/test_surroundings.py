"""What checks look with."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

import pytest

from voiceagent.config.load import load_settings
from voiceagent.doctor.surroundings import Knocked, Surroundings, date_of, knock, present, reason
from voiceagent.errors import UserError


async def test_an_address_is_knocked_at_once_for_all_checks() -> None:
    knocked = []

    async def look(url: str) -> Knocked:
        knocked.append(url)
        return Knocked(True, 200)

    around = Surroundings(Path(), load_settings(None, environ={}), knock=look)
    await around.reach("https://a.example/one?x=1")
    await around.reach("https://a.example/two")
    await around.reach("https://user:word@b.example/")
    assert knocked == ["https://a.example", "https://b.example"]


async def test_nobody_there_is_an_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    found = await knock(f"http://127.0.0.1:{port}")
    assert (found.reached, found.why) == (False, "nobody listens there")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ("certificate verify failed: certificate has expired", "its certificate has expired"),
        ("certificate verify failed: self-signed certificate", "its certificate is self-signed"),
        ("certificate verify failed: Hostname mismatch", "its certificate is for another name"),
        ("certificate verify failed: unable to get local issuer", "its certificate is not of an authority this machine trusts"),
        ("[Errno -2] Name or service not known", "there is no such host"),
        ("Network is unreachable", "the network is unreachable"),
        ("timed out", "it did not answer in time"),
        ("strange", "the connection broke (SSLError)"),
    ],
)
def test_why_a_connection_failed(told: str, sentence: str) -> None:
    assert reason(ssl.SSLError(told)) == sentence


def test_numbers_and_ids_show_their_end_unless_asked() -> None:
    loaded = load_settings(None, environ={})
    assert Surroundings(Path(), loaded).discreet("+14255550199") == "…99"
    assert Surroundings(Path(), loaded, unredacted=True).discreet("+14255550199") == "+14255550199"


def test_settings_that_cannot_be_read_are_raised() -> None:
    around = Surroundings(Path(), UserError("wrong"))
    with pytest.raises(UserError, match="wrong"):
        _ = around.settings
    with pytest.raises(UserError, match="wrong"):
        around.place("bridge.port")


def test_dates_and_modules() -> None:
    assert date_of("Sun, 22 Nov 2026 05:00:00 GMT") == 1795323600
    assert date_of("never") is None
    assert present("json")
    assert not present("no.such.module")
