"""Requests of blocking parts: whole or in pieces, refused with the remedy, and over as soon as nobody wants the result."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from voiceagent.errors import RemoteError
from voiceagent.speech import remote as remote_module
from voiceagent.speech.port import never
from voiceagent.speech.remote import Remote, Request

ASK = Request("https://x/y", {"a": "1"}, json={"b": 2})


def remote(answer: httpx.Response | Exception) -> Remote:
    async def handle(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Remote("The server", timeout_seconds=5, remedy="look there", transport=httpx.MockTransport(handle))


class Endless(httpx.AsyncByteStream):
    """An answer that goes on until it is closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield bytes(4_800)
            await asyncio.sleep(0)

    async def aclose(self) -> None:
        self.closed.set()


def test_the_whole_answer_is_given() -> None:
    assert remote(httpx.Response(200, content=b"abc")).ask(ASK, never) == b"abc"


def test_an_answer_in_pieces_is_passed_on_in_pieces() -> None:
    pieces = list(remote(httpx.Response(200, content=bytes(10_000))).listen(ASK, never))
    assert [len(piece) for piece in pieces] == [4_800, 4_800, 400]


@pytest.mark.parametrize("ask", ["ask", "listen"])
def test_a_refusal_has_the_servers_words_and_the_remedy(ask: str) -> None:
    server = remote(httpx.Response(401, text="who are you", headers={"x-request-id": "r1"}))
    with pytest.raises(RemoteError) as caught:
        list(getattr(server, ask)(ASK, never))
    error = caught.value
    assert (str(error), error.status, error.request_id, error.remedy) == (
        *("The server refused with status 401: who are you", 401, "r1", "look there"),
    )


@pytest.mark.parametrize("ask", ["ask", "listen"])
def test_a_server_that_is_away_is_told(ask: str) -> None:
    with pytest.raises(RemoteError, match="The server did not answer: ConnectError"):
        list(getattr(remote(httpx.ConnectError("x")), ask)(ASK, never))


def test_what_is_not_wanted_any_more_ends() -> None:
    endless = Endless()
    assert remote(httpx.Response(200, stream=endless)).ask(ASK, lambda: True) is None
    assert endless.closed.wait(5)


def test_listening_ends_when_nobody_wants_more_and_the_request_with_it() -> None:
    endless, heard = Endless(), list[bytes]()
    for piece in remote(httpx.Response(200, stream=endless)).listen(ASK, lambda: len(heard) >= 3):
        heard.append(piece)
    assert len(heard) == 3
    assert endless.closed.wait(5)


def test_a_listener_who_leaves_ends_the_request() -> None:
    endless = Endless()
    pieces = remote(httpx.Response(200, stream=endless)).listen(ASK, never)
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]  # a generator
    assert endless.closed.wait(5)


def test_a_server_far_ahead_of_its_listener_waits_and_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    full = threading.Event()

    class Watched(queue.Queue[Any]):
        def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
            try:
                super().put(item, block, timeout)
            except queue.Full:
                full.set()
                raise

    monkeypatch.setattr(remote_module, "AHEAD_PIECES", 2)
    monkeypatch.setattr(remote_module.queue, "Queue", Watched)
    sound = b"".join(bytes([number]) * 4_800 for number in range(8))
    pieces = remote(httpx.Response(200, content=sound)).listen(ASK, never)
    first = next(pieces)
    assert full.wait(5)
    assert b"".join([first, *pieces]) == sound
