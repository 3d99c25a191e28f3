"""What a request says, and which of its addresses go without TLS to others."""

from __future__ import annotations

import pytest

from voiceagent.emulators.lint.request import Request, is_plain_elsewhere


@pytest.mark.parametrize(
    ("body", "members"),
    [(b'{"a": 1}', {"a": 1}), (b"[1]", None), (b"", None), (b"\xff", None), (b"[" * 100_000, None)],
    ids=["an object", "a list", "nothing", "no text", "too deep"],
)
def test_the_members_of_a_body_that_is_an_object(body: bytes, members: object) -> None:
    assert Request("answer", "POST", "/", {}, {}, body).members() == members


@pytest.mark.parametrize(
    ("address", "scheme", "expected"),
    [
        ("http://app.example/events", "http", True),
        ("https://app.example/events", "http", False),
        ("http://127.0.0.1:8000/events", "http", False),
        ("http://[::1]/events", "http", False),
        ("ws://app.example/media", "ws", True),
        ("http://app.example/media", "ws", False),
        ("https://[", "http", False),
    ],
)
def test_only_addresses_of_others_want_tls(address: str, scheme: str, expected: bool) -> None:
    assert is_plain_elsewhere(address, scheme) is expected
