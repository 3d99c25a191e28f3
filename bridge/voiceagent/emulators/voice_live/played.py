"""A connection behind which a recording is played: frames in, the recorded answers out, in the words of the recording."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.voice_live import errors
from voiceagent.emulators.voice_live.answers import error
from voiceagent.emulators.voice_live.connection import GOING_AWAY, read_event
from voiceagent.emulators.voice_live.recorded import Playback

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection


class PlayedConnection:
    """Runs one session over one socket until the client leaves or the session's time is up."""

    def __init__(
        self,
        socket: ServerConnection,
        playback: Playback,
        *,
        session_seconds: float,
        speed: float = 0.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.socket = socket
        self.playback = playback
        self._session_seconds = session_seconds
        self._speed = speed
        self._sleep = sleep

    async def run(self) -> None:
        from websockets.exceptions import ConnectionClosed

        with contextlib.suppress(ConnectionClosed):
            try:
                async with asyncio.timeout(self._session_seconds):
                    await self._play()
            except TimeoutError:
                expired = errors.session_expired(self._session_seconds / 60)
                await self.socket.send(json.dumps(error(expired.body(None))))
                await self.socket.close(GOING_AWAY, str(expired))

    async def _play(self) -> None:
        await self._send(self.playback.opened())
        while True:
            event = read_event(await self.socket.recv())
            if event is None:
                await self.socket.send(json.dumps(error(errors.bad_json().body(None))))
            else:
                await self._send(self.playback.heard(event))

    async def _send(self, events: list[dict[str, Any]]) -> None:
        """At the recorded pace. What the client says meanwhile waits in its socket: its own pauses are not in this one's."""
        pauses_ms = chain(self.playback.pauses_ms, repeat(0.0))
        for event, pause_ms in zip(events, pauses_ms, strict=False):
            if self._speed and pause_ms > 0:
                await self._sleep(pause_ms / 1000 / self._speed)
            await self.socket.send(json.dumps(event, ensure_ascii=False))
