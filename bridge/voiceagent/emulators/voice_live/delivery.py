"""The way of an answer to the client: pieces as they come from the source, audio cut into deltas, held to the service's pace.

The service delivers faster than real time, so an answer is often complete before the caller has heard a quarter of it. The
first delta goes at once. What is said in the meantime (`AnswerRequest.interim`) comes when the answer is late or calls a tool.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace

from voiceagent.emulators.voice_live.sound import Cutter, encode_delta
from voiceagent.emulators.voice_live.source import AnswerRequest, Begin, Call, Emit, Interim, Piece, Sound, Words
from voiceagent.emulators.voice_live.state import SessionState
from voiceagent.emulators.voice_live.steps import Step

log = logging.getLogger(__name__)

Speak = Callable[[AnswerRequest], AsyncGenerator[Piece, None]]


class Delivery:
    """One response on its way. Cancelling `run` closes the source's generator; what was not sent yet is dropped."""

    def __init__(
        self,
        state: SessionState,
        carry_out: Callable[[list[Step]], None],
        request: AnswerRequest,
        *,
        delta_ms: int,
        interval_ms: float,
        begin: Begin | None = None,
        speak: Speak | None = None,
    ) -> None:
        self._state = state
        self._carry_out = carry_out
        self._request = request
        self._delta_ms = delta_ms
        self._pace = Pace(interval_ms / delta_ms)
        self._cutter = Cutter(rate=request.rate, delta_ms=delta_ms)
        self._begin = begin
        self._speak = speak
        self._turn = asyncio.Lock()
        """Whoever passes something on: the answer, or what is said in the meantime."""
        self._began = False

    async def run(self, pieces: AsyncGenerator[Piece, None]) -> None:
        """Pass all pieces on; what the source raises comes out once the audio before it has been sent."""
        meanwhile = self._meanwhile(self._request.interim)
        try:
            async with contextlib.aclosing(pieces):
                try:
                    async for piece in pieces:
                        async with self._turn:
                            await self._answer(piece)
                except Exception:  # raised again: only the audio that came before it goes first
                    await self._send(self._cutter.flush())
                    raise
            await self._send(self._cutter.flush())
        finally:
            if meanwhile is not None:
                meanwhile.cancel()

    async def _answer(self, piece: Piece) -> None:
        interim = self._request.interim
        if interim is not None and interim.before_calls and isinstance(piece, Call) and not self._began:
            await self._say_interim(interim)
        self._began = True
        await self._pass_on(piece)

    def _meanwhile(self, interim: Interim | None) -> asyncio.Task[None] | None:
        if interim is None or interim.after_ms is None or self._begin is None:
            return None
        return self._begin(self._say_when_late(interim, interim.after_ms / 1000))

    async def _say_when_late(self, interim: Interim, seconds: float) -> None:
        await asyncio.sleep(seconds)
        async with self._turn:
            if not self._began:
                await self._say_interim(interim)

    async def _say_interim(self, interim: Interim) -> None:
        """An item of its own, before the answer; a source that cannot say it leaves it out."""
        assert self._speak is not None
        response_id = self._request.response_id
        request = replace(self._request, verbatim=interim.text, interim=None)
        self._carry_out(self._state.interim(response_id))
        try:
            async with contextlib.aclosing(self._speak(request)) as pieces:
                async for piece in pieces:
                    await self._pass_on(piece)
        except Exception as error:  # the answer itself is still to come
            log.warning("interim words failed: %s: %s", type(error).__name__, error)
        await self._send(self._cutter.flush())
        self._carry_out(self._state.interim_over(response_id))
        self._cutter = Cutter(rate=self._request.rate, delta_ms=self._delta_ms)

    async def _pass_on(self, piece: Piece) -> None:
        response_id = self._request.response_id
        match piece:
            case Words(text):
                self._carry_out(self._state.words(response_id, text, self._cutter.pushed_ms))
            case Sound(pcm):
                await self._send(self._cutter.push(pcm))
            case Emit(event):
                self._carry_out(self._state.emit(response_id, event))
            case Call(name, arguments):
                await self._send(self._cutter.flush())
                self._carry_out(self._state.call(response_id, name, arguments))
                # Words after a call are a new item, whose audio is counted from its own start.
                self._cutter = Cutter(rate=self._request.rate, delta_ms=self._delta_ms)

    async def _send(self, deltas: list[bytes]) -> None:
        for delta in deltas:
            duration_ms = self._cutter.ms(delta)
            await self._pace.wait(duration_ms)
            payload = encode_delta(delta, self._request.output_format)
            self._carry_out(self._state.sound(self._request.response_id, payload, duration_ms))


class Pace:
    """Holds each delta back until it is due: `ratio` is wall time for each millisecond of audio."""

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio
        self._due = 0.0

    async def wait(self, duration_ms: float) -> None:
        """Return when a delta of this duration may go; the first one may at once."""
        loop = asyncio.get_running_loop()
        if (early := self._due - loop.time()) > 0:
            await asyncio.sleep(early)
        self._due = max(self._due, loop.time()) + duration_ms * self._ratio / 1000
