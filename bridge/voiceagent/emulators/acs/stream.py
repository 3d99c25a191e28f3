"""The media stream of one live call: dials the app's socket when the state asks for it, carries sound and keys both ways."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.effects import OpenMedia
from voiceagent.emulators.acs.lateness import Lateness
from voiceagent.emulators.acs.media import BROKEN, FrameCounts, MediaFailed, MediaSocket, dial

if TYPE_CHECKING:
    from voiceagent.emulators.acs.media_line import MediaLine
    from voiceagent.emulators.acs.requests import MediaRequest
    from voiceagent.emulators.acs.state import Call


class Stream:
    """`heard` and `stopped` get what the app sends; `changed` is called after each report to the state."""

    def __init__(
        self,
        call: Call,
        line: MediaLine,
        *,
        headers: Callable[[], dict[str, str]],
        now: Callable[[], float],
        heard: Callable[[bytes], None],
        stopped: Callable[[], None],
        changed: Callable[[], None],
        warn: Callable[[str], None],
    ) -> None:
        self.counts = FrameCounts()
        self.lateness = Lateness()
        self._call = call
        self._line = line
        self._headers = headers
        self._now = now
        self._heard = heard
        self._stopped = stopped
        self._changed = changed
        self._warn = warn
        self._socket: MediaSocket | None = None
        self._pause: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        return self._socket is not None

    async def run(self, wanted: OpenMedia) -> None:
        """From dialling the socket to its end."""
        call, fate = self._call, self._line.fate()
        if fate.never or fate.late_ms:
            call.connect()
            self._changed()
            if not await self._lives_on(fate.late_ms):
                return
        if fate.never:
            return
        try:
            socket: Any = await dial(wanted.url, self._line.headers(self._headers(), fate))
        except MediaFailed as failure:
            if not fate.forgery:
                self._line.refused(str(failure.result.message), wanted.url)
            call.streaming.failed(self._now(), failure.details, failure.result)
            self._changed()
            return
        socket = self._line.through(socket, self._request)
        media = MediaSocket(socket, self.counts, self.lateness, heard=self._hear, stopped=self._stopped)
        if not call.leg_is_up:
            await media.close()
            return
        await media.send_metadata(wanted.subscription_id, wanted.rate)
        self._socket = media
        call.streaming.opened(self._now())
        self._changed()
        async with asyncio.TaskGroup() as tasks:
            other = tasks.create_task(self._dial_again(wanted)) if fate.twice else None
            why = await media.receive()
            if other is not None:
                other.cancel()
        if self._socket is media:
            self._socket = None
            call.diary.note("media_closed", self._now(), why=why)
            # unverified: broken-media
            call.streaming.failed(self._now(), "streamConnectionInterrupted", BROKEN)
            self._changed()
            if self._line.redial_ms is not None and await self._lives_on(self._line.redial_ms):
                await self.run(wanted)

    async def _lives_on(self, ms: float) -> bool:
        """Wait so long before the socket is dialled, or until the call ends; whether there still is a call."""
        async with asyncio.TaskGroup() as tasks:
            self._pause = tasks.create_task(self._line.pause(ms))
        return self._call.leg_is_up

    def give_up(self) -> None:
        """The call has ended: what has not been dialled will not be."""
        if self._pause is not None:
            self._pause.cancel()

    async def _dial_again(self, wanted: OpenMedia) -> None:
        """A second socket while the first one is open; what the app does with it is written down."""
        try:
            socket = await dial(wanted.url, self._headers())
        except MediaFailed as failure:
            self._warn(f"A second media socket was refused: {failure.details}.")
            return
        self._warn("A second media socket was accepted.")
        media = MediaSocket(socket, self.counts, self.lateness, heard=lambda _: None, stopped=lambda: None)
        try:
            await media.send_metadata(wanted.subscription_id, wanted.rate)
            await media.receive()
        finally:
            await media.close()

    # unverified: own-audio
    async def send(self, payload: bytes, *, timestamp: str, silent: bool, late_ms: float) -> None:
        """One frame for the app. Does not wait."""
        if self._socket is not None:
            participant = self._call.order.caller if self._request.unmixed else None
            await self._socket.send_audio(payload, timestamp=timestamp, participant=participant, silent=silent, late_ms=late_ms)

    async def send_keys(self, keys: list[str]) -> None:
        if not keys or self._socket is None:
            return
        if not self._request.dtmf:
            self._warn("A key was pressed, but enableDtmfTones was not set when the call was answered: the app is not told.")
            return
        for key in keys:
            await self._socket.send_key(key)

    def close(self) -> Coroutine[Any, Any, None] | None:
        """From now on nothing is sent; what is returned says goodbye to the app."""
        media, self._socket = self._socket, None
        if media is None:
            return None
        self._call.diary.note("media_closed", self._now(), why="the service closed the media stream")
        return media.close()

    def _hear(self, payload: bytes) -> None:
        if self._request.bidirectional:
            self._heard(payload)
        else:
            self._warn("The app sends audio, but enableBidirectional was not set when the call was answered: nobody hears it.")

    @property
    def _request(self) -> MediaRequest:
        assert self._call.request is not None
        assert self._call.request.media is not None
        return self._call.request.media
