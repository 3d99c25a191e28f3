"""A connection behind which a recording is played: frames in, the recorded answers out, in the words of the recording."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.voice_live import errors
from voiceagent.emulators.voice_live.answers import error
from voiceagent.emulators.voice_live.connection import GOING_AWAY, read_event
from voiceagent.emulators.voice_live.recorded import Playback

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection


class PlayedConnection:
    """Runs one session over one socket until the client leaves or the session's time is up."""

    def __init__(self, socket: ServerConnection, playback: Playback, *, session_seconds: float) -> None:
        self.socket = socket
        self.playback = playback
        self._session_seconds = session_seconds

    async def run(self) -> None:
        from websockets.exceptions import ConnectionClosed

        with contextlib.suppress(ConnectionClosed):
            try:
                async with asyncio.timeout(self._session_seconds):
                    await self._play()
            except TimeoutError:
                expired = errors.session_expired(self._session_seconds / 60)
                await self._send([error(expired.body(None))])
                await self.socket.close(GOING_AWAY, str(expired))

    async def _play(self) -> None:
        await self._send(self.playback.opened())
        while True:
            event = read_event(await self.socket.recv())
            told = [error(errors.bad_json().body(None))] if event is None else self.playback.heard(event)
            await self._send(told)

    async def _send(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            await self.socket.send(json.dumps(event, ensure_ascii=False))
