"""The media stream of one call, as Twilio dials it: audio and keys out; audio, marks and clears in.

Marks are answered when the ear has come to them: what was sent before has sounded. A clear answers all of them at once.
"""

from __future__ import annotations

import base64
from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

from voiceagent.audio.g711 import ulaw_decode, ulaw_encode
from voiceagent.emulators.acs.ear import Ear
from voiceagent.emulators.acs.lateness import Lateness
from voiceagent.emulators.acs.media import FrameCounts, send_text
from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol import twilio_media as wire
from voiceagent.protocol.twilio_calls import SIGNATURE_HEADER, signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.client import ClientConnection

HANDSHAKE_SECONDS = 5.0
UNREAD_BYTES = 32 * 1024
"""What an app may leave unread. More is lost: it must not hold up the beat that all calls share."""
SILENCE = b"\xff" * 160
"""20 ms of nothing, in µ-law."""


class StreamFailed(Exception):
    """The stream cannot be connected."""


async def dial(url: str, auth_token: str) -> ClientConnection:
    """Open the socket, signed. StreamFailed with the words of Twilio's debugger."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import WebSocketException

    try:
        return await connect(
            url,
            additional_headers={SIGNATURE_HEADER: signature(auth_token, url)},
            compression=None,
            open_timeout=HANDSHAKE_SECONDS,
            close_timeout=1,
            ping_interval=None,
            write_limit=UNREAD_BYTES * 2,  # beyond it sending would wait
            user_agent_header="TwilioProxy/1.1",
            proxy=None,
        )
    except (OSError, TimeoutError, ValueError, WebSocketException) as error:  # ValueError: not an address
        raise StreamFailed(f"31920: stream: websocket handshake error: {error}") from error


class Stream:
    """An open stream. `ear` is where what the app sends is heard."""

    def __init__(
        self,
        socket: ClientConnection,
        started: wire.Started,
        *,
        ear: Ear,
        now: Callable[[], float],
        counts: FrameCounts,
        lateness: Lateness,
    ) -> None:
        self.marks_answered = 0
        self._socket = socket
        self._side = wire.TwilioSide(started)
        self._ear = ear
        self._now = now
        self._counts = counts
        self._lateness = lateness
        self._marks: deque[tuple[float, str]] = deque()

    async def begin(self) -> None:
        """The first two messages."""
        await self._send(self._side.connected())
        await self._send(self._side.start())

    async def beat(self, pcm: bytes | None, now: float, late_ms: float) -> None:
        """20 ms of the caller (None: silence), and the marks the ear has come to."""
        payload = base64.b64encode(SILENCE if pcm is None else ulaw_encode(pcm))
        if await self._send(self._side.media(payload)):
            self._counts.sent += 1
            self._counts.silent += pcm is None
            self._lateness.add(late_ms)
        else:
            self._counts.lost += 1
        while self._marks and self._marks[0][0] <= now:
            await self._answer_mark()

    async def press(self, key: str) -> None:
        await self._send(self._side.dtmf(key))

    async def receive(self) -> str:
        """Read until the socket ends; returns why."""
        from websockets.exceptions import ConnectionClosed

        try:
            while True:
                await self._read(await self._socket.recv(decode=False))
        except ConnectionClosed as closed:
            return str(closed)

    async def close(self) -> None:
        """Tell the app that the stream is over, and close."""
        await self._send(self._side.stop())
        await self._socket.close()

    async def _read(self, frame: bytes) -> None:
        now = self._now()
        try:
            message = wire.decode(frame)
        except RemoteProtocolError:
            self._counts.malformed += 1
            return
        match message:
            case wire.Media(payload=payload):
                self._ear.hears(base64.b64encode(ulaw_decode(base64.b64decode(payload))), now)
            case wire.Mark(name=name):
                self._marks.append((now + self._ear.queued_ms(now), name))
            case wire.Clear():
                self._ear.stop(now)
                while self._marks:
                    await self._answer_mark()
            case _:
                self._counts.unknown += 1

    async def _answer_mark(self) -> None:
        _, name = self._marks.popleft()
        self.marks_answered += 1
        await self._send(self._side.mark(name))

    async def _send(self, frame: bytes) -> bool:
        if self._socket.transport.get_write_buffer_size() > UNREAD_BYTES:
            return False
        return await send_text(self._socket, frame)


def started_of(call_sid: str, stream_sid: str, account_sid: str, parameters: Mapping[str, str]) -> wire.Started:
    """What the stream's start tells."""
    return wire.Started(stream_sid, call_sid, account_sid, parameters=parameters)
