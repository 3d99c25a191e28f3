"""The way of an answer to the client: pieces as they come from the source, audio cut into deltas, held to the service's pace.

The service delivers faster than real time, so an answer is often complete before the caller has heard a quarter of it. The
first delta goes at once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

from voiceagent.emulators.voice_live.sound import Cutter, encode_delta
from voiceagent.emulators.voice_live.source import AnswerRequest, Call, Piece, Sound, Words
from voiceagent.emulators.voice_live.state import SessionState
from voiceagent.emulators.voice_live.steps import Step


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
    ) -> None:
        self._state = state
        self._carry_out = carry_out
        self._request = request
        self._delta_ms = delta_ms
        self._pace = Pace(interval_ms / delta_ms)
        self._cutter = Cutter(rate=request.rate, delta_ms=delta_ms)

    async def run(self, pieces: AsyncGenerator[Piece, None]) -> None:
        """Pass all pieces on; what the source raises comes out once the audio before it has been sent."""
        async with contextlib.aclosing(pieces):
            try:
                async for piece in pieces:
                    await self._pass_on(piece)
            except Exception:  # raised again: only the audio that came before it goes first
                await self._send(self._cutter.flush())
                raise
        await self._send(self._cutter.flush())

    async def _pass_on(self, piece: Piece) -> None:
        response_id = self._request.response_id
        match piece:
            case Words(text):
                self._carry_out(self._state.words(response_id, text, self._cutter.pushed_ms))
            case Sound(pcm):
                await self._send(self._cutter.push(pcm))
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
