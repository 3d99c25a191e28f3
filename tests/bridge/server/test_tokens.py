"""Every token that is not exactly the service's own, for us, and now, is refused; and nobody can make us fetch keys at will."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from voiceagent.server.tokens import REPORT_LEEWAY_SECONDS, AcsTokens, Refused, TokenUse, fetch_json
from voiceagent.testing.clock import ManualClock

STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NOW = int(time.time())


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def tokens(signature: Any, clock: ManualClock) -> AcsTokens:
    return AcsTokens(issuer="https://issuer.example", audience="resource-id", fetch_keys=signature.keys, clock=clock)


async def refused(tokens: AcsTokens, authorization: str) -> int:
    with pytest.raises(Refused) as error:
        await tokens.check(authorization)
    return error.value.status


async def test_the_services_own_token_is_accepted(tokens: AcsTokens, signature: Any) -> None:
    assert await tokens.check(f"Bearer {signature.token()}") == ""
    assert await tokens.check(f"bearer {signature.token(jti='id-1')}") == "id-1"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://somebody.else"},
        {"iss": None},
        {"aud": "another-resource"},
        {"aud": None},
        {"exp": NOW - 61},
        {"exp": None},
        {"nbf": NOW + 3600},  # further off than the longest run of all tests
    ],
    ids=["another issuer", "no issuer", "another audience", "no audience", "expired", "no expiry", "of the future"],
)
async def test_a_token_with_wrong_claims_is_refused(tokens: AcsTokens, signature: Any, claims: dict[str, Any]) -> None:
    assert await refused(tokens, f"Bearer {signature.token(**claims)}") == 401


async def test_clocks_may_differ_by_a_minute(tokens: AcsTokens, signature: Any) -> None:
    now = int(time.time())
    await tokens.check(f"Bearer {signature.token(exp=now - 30)}")
    await tokens.check(f"Bearer {signature.token(nbf=now + 30)}")


async def test_reports_may_be_later_than_that(tokens: AcsTokens, signature: Any) -> None:
    late = f"Bearer {signature.token(exp=int(time.time()) - 200)}"
    await tokens.check(late, REPORT_LEEWAY_SECONDS)
    assert await refused(tokens, late) == 401
    with pytest.raises(Refused):
        await tokens.check(f"Bearer {signature.token(exp=int(time.time()) - 302)}", REPORT_LEEWAY_SECONDS)


def test_a_reports_token_is_remembered_as_long_as_it_would_be_taken(clock: ManualClock) -> None:
    use = TokenUse(clock)
    use.bind("id-1", b"report")
    clock.advance(899_000)  # five minutes of life, and five too early or too late
    use.bind("id-2", b"report")
    with pytest.raises(Refused):
        use.bind("id-1", b"another report")


async def test_a_token_signed_by_somebody_else_is_refused(tokens: AcsTokens, signature: Any) -> None:
    assert await refused(tokens, f"Bearer {signature.token(STRANGER)}") == 401


def unsigned(algorithm: str) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    claims = {"iss": "https://issuer.example", "aud": "resource-id", "exp": NOW + 300}
    return f"{part({'alg': algorithm, 'kid': 'key-1'})}.{part(claims)}."


async def test_only_rs256_counts(tokens: AcsTokens, signature: Any) -> None:
    symmetric = signature.token("a-shared-secret-of-thirty-two-bytes!", algorithm="HS256")
    for token in (unsigned("none"), unsigned("None"), unsigned("RS256"), symmetric, signature.token(algorithm="RS512")):
        assert await refused(tokens, f"Bearer {token}") == 401
    assert signature.fetched <= 1


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Basic abc", "Bearer not.a.token", "Bearer ü.ü.ü", "x" * 10_000]
)
async def test_what_is_no_token_is_refused_without_fetching_keys(tokens: AcsTokens, signature: Any, authorization: str) -> None:
    assert await refused(tokens, authorization) == 401
    assert signature.fetched == 0


async def test_keys_are_fetched_once_an_hour(tokens: AcsTokens, signature: Any, clock: ManualClock) -> None:
    for _ in range(5):
        await tokens.check(f"Bearer {signature.token()}")
        clock.advance(600_000)
    assert signature.fetched == 1
    clock.advance(3_600_000)
    await tokens.check(f"Bearer {signature.token()}")
    assert signature.fetched == 2


async def test_an_unknown_key_is_looked_for_at_most_once_a_minute(
    tokens: AcsTokens, signature: Any, clock: ManualClock
) -> None:
    await tokens.check(f"Bearer {signature.token()}")
    signature.key_id = "key-2"
    rotated = f"Bearer {signature.token()}"
    for _ in range(5):
        assert await refused(tokens, f"Bearer {signature.token(headers={'kid': 'unknown'})}") == 401
    assert signature.fetched == 1
    clock.advance(60_000)
    await tokens.check(rotated)
    assert signature.fetched == 2


async def test_without_keys_nobody_is_judged(tokens: AcsTokens, signature: Any) -> None:
    signature.broken = True
    assert await refused(tokens, f"Bearer {signature.token()}") == 503


async def test_strangers_do_not_have_us_ask_again_and_again_for_keys_that_cannot_be_had(
    tokens: AcsTokens, signature: Any, clock: ManualClock
) -> None:
    signature.broken = True
    header = f"Bearer {signature.token()}"
    assert [await refused(tokens, header) for _ in range(5)] == [503] * 5
    assert signature.fetched == 1
    signature.broken = False
    clock.advance(1000)
    await tokens.check(header)
    assert signature.fetched == 2


@pytest.mark.parametrize("broken", [True, False])
async def test_all_who_come_together_wait_for_one_fetch(tokens: AcsTokens, signature: Any, broken: bool) -> None:
    signature.broken, answered = broken, asyncio.Event()
    fetch = tokens._fetch_keys

    async def slow() -> dict[str, Any]:
        await answered.wait()
        return await fetch()

    tokens._fetch_keys = slow
    header = f"Bearer {signature.token()}"
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(refused(tokens, header) if broken else tokens.check(header)) for _ in range(5)]
        await asyncio.sleep(0)
        answered.set()
    assert signature.fetched == 1
    assert [one.result() for one in asked] == [503 if broken else ""] * 5


async def test_old_keys_serve_while_new_ones_cannot_be_had(tokens: AcsTokens, signature: Any, clock: ManualClock) -> None:
    await tokens.check(f"Bearer {signature.token()}")
    signature.broken = True
    clock.advance(4_000_000)
    await tokens.check(f"Bearer {signature.token()}")
    assert signature.fetched == 2


def test_a_token_with_an_id_is_good_for_one_report(clock: ManualClock) -> None:
    use = TokenUse(clock)
    use.bind("id-1", b"report")
    use.bind("id-1", b"report")
    with pytest.raises(Refused):
        use.bind("id-1", b"another report")


def test_tokens_without_an_id_are_not_compared(clock: ManualClock) -> None:
    use = TokenUse(clock)
    use.bind("", b"one")
    use.bind("", b"other")


def test_old_tokens_are_forgotten(clock: ManualClock) -> None:
    use = TokenUse(clock)
    use.bind("id-1", b"report")
    clock.advance(901_000)
    use.bind("id-2", b"report")
    use.bind("id-1", b"another report")


async def test_keys_come_over_http() -> None:
    import asyncio

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"keys":[]}')
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await fetch_json(f"http://127.0.0.1:{port}/calling/keys")() == {"keys": []}


async def test_what_verifies_a_server_is_read_beside_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    import ssl
    import threading

    import httpx

    from voiceagent.server import tokens as module

    read_in: list[threading.Thread] = []

    def authorities() -> ssl.SSLContext:
        read_in.append(threading.current_thread())
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    monkeypatch.setattr(module, "authorities", authorities)
    with pytest.raises(httpx.HTTPError):
        await fetch_json("https://127.0.0.1:1/calling/keys")()
    assert read_in
    assert read_in[0] is not threading.main_thread()


async def test_keys_can_be_fetched_before_they_are_needed(tokens: AcsTokens, signature: Any) -> None:
    signature.broken = True
    await tokens.prefetch()
    signature.broken = False
    await tokens.prefetch()
    await tokens.check(f"Bearer {signature.token()}")
    assert signature.fetched == 2
