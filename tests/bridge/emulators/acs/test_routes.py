"""The HTTP side of Call Automation: signatures, versions, repeats, sizes."""

from __future__ import annotations

import time
from typing import Any

from fake_app import a_network

from voiceagent.protocol.auth import sign_request

GET = "/calling/callConnections/none?api-version=2026-03-12"


def signed(emulator: Any, method: str, target: str, body: bytes = b"", *, late: float = 0) -> dict[str, str]:
    host = emulator.url.removeprefix("http://")
    return sign_request(method, target, host=host, body=body, access_key=emulator.key, now=time.time() - late)


async def test_an_answer_carries_a_request_id_and_a_refusal_its_body() -> None:
    async with a_network() as (_, emulator, http):
        answer = await http.get(GET, headers=signed(emulator, "GET", GET))
        assert (answer.status_code, answer.json()) == (404, {"error": {"code": "8522", "message": "Call not found."}})
        assert answer.headers["x-ms-request-id"]


async def test_a_request_that_is_unsigned_altered_or_old_is_refused() -> None:
    async with a_network() as (_, emulator, http):
        path = "/calling/callConnections:answer?api-version=2026-03-12"
        unsigned = await http.get(GET)
        altered = await http.post(path, content=b"{ }", headers=signed(emulator, "POST", path, b"{}"))
        old = await http.get(GET, headers=signed(emulator, "GET", GET, late=1_000))
        assert [one.status_code for one in (unsigned, altered, old)] == [401] * 3
        assert "no HMAC-SHA256 signature" in unsigned.json()["error"]["message"]
        assert "hash of the body" in altered.json()["error"]["message"]
        assert "900 seconds" in old.json()["error"]["message"]


async def test_a_clock_that_is_a_little_off_is_tolerated() -> None:
    async with a_network() as (_, emulator, http):
        assert (await http.get(GET, headers=signed(emulator, "GET", GET, late=800))).status_code == 404


async def test_any_version_is_taken_and_an_unknown_one_noted() -> None:
    async with a_network() as (_, emulator, http):
        target = GET.replace("2026-03-12", "2031-01-01")
        assert (await http.get(target, headers=signed(emulator, "GET", target))).status_code == 404
        assert "2031-01-01" in (await http.get("/emulator/health")).json()["warnings"][0]


async def test_a_body_that_is_no_object_or_too_large_is_refused() -> None:
    async with a_network() as (_, emulator, http):
        path = "/calling/callConnections:answer?api-version=2026-03-12"
        for body, status in ((b"[]", 400), (b"{", 400), (b"[" * 100_000, 400), (b" " * 1_000_001, 413)):
            answer = await http.post(path, content=body, headers=signed(emulator, "POST", path, body))
            assert answer.status_code == status
