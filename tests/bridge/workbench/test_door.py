"""Who may come in."""

from __future__ import annotations

import pytest

from voiceagent.workbench.door import holds_token, refusal


@pytest.mark.parametrize("host", ["127.0.0.1:8081", "localhost:8081", "localhost", "[::1]:8081"])
def test_this_machine_may(host: str) -> None:
    assert refusal({"host": host}) is None
    assert refusal({"host": host, "origin": f"http://{host}"}) is None


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({}, "127.0.0.1 only"),
        ({"host": "evil.example:8081"}, "127.0.0.1 only"),
        ({"host": "127.0.0.1.evil.example"}, "127.0.0.1 only"),
        ({"host": "[::1].evil.example"}, "127.0.0.1 only"),
        ({"host": "localhost", "x-forwarded-for": "1.2.3.4"}, "proxies"),
        ({"host": "localhost", "forwarded": "for=1.2.3.4"}, "proxies"),
        ({"host": "localhost:1", "origin": "https://evil.example"}, "no other page"),
        ({"host": "localhost:1", "origin": "http://localhost:2"}, "no other page"),
        ({"host": "localhost:1", "origin": "null"}, "no other page"),
    ],
)
def test_everyone_else_may_not(headers: dict[str, str], why: str) -> None:
    assert why in str(refusal(headers))


@pytest.mark.parametrize(
    ("headers", "cookies", "held"),
    [
        ({"authorization": "Bearer t"}, {}, True),
        ({"authorization": "bearer t"}, {}, True),
        ({}, {"voiceagent": "t"}, True),
        ({}, {}, False),
        ({"authorization": "Basic t"}, {}, False),
        ({"authorization": "Bearer tt"}, {"voiceagent": "t"}, False),
        ({"authorization": "Bearer ü"}, {}, False),
    ],
)
def test_the_token_comes_in_a_header_or_a_cookie(headers: dict[str, str], cookies: dict[str, str], held: bool) -> None:
    assert holds_token(headers, cookies, "t") is held
