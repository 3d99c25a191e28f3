"""The media socket of one call, as the service dials it: its headers, its first frame, and both directions of audio.

Sending never waits. What the app does not read piles up in the socket's buffer; beyond `UNREAD_BYTES` frames are dropped and
counted as lost, because late audio is worse than lost audio and one slow app must not slow the beat of all calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.effects import Result
from voiceagent.emulators.acs.lateness import Lateness
from voiceagent.errors import RemoteProtocolError
from voiceagent.loopback import on_this_machine
from voiceagent.protocol.acs_media import (
    AudioData,
    AudioMetadata,
    DtmfData,
    StopAudio,
    audio_payload,
    decode,
    encode_caller_audio,
    encode_dtmf,
    encode_metadata,
)

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

    from voiceagent.emulators.acs.connection import MediaConnection

UNREAD_BYTES = 64 * 1024
"""About one second of frames at 24 kHz."""

HANDSHAKE_SECONDS = 20.0
"""Not documented; apps that open their engine before they accept the socket take seconds on a busy machine."""
# unverified: media-frame-limit
LONGEST_FRAME = 2**23
"""A whole reply of minutes in one frame still fits; the real limit is not documented."""

NOT_REACHED = Result(500, 8603, "Action failed, not able to establish websocket connection.")
NOT_A_SOCKET = Result(400, 8581, "Action failed, Transport url is not valid or web socket server is not operational.")
BROKEN = Result(500, 8603, "Action failed, the websocket connection was closed by the remote party.")


@dataclass(slots=True)
class FrameCounts:
    """Frames of one call. `lost` were due but not sent."""

    sent: int = 0
    silent: int = 0
    lost: int = 0
    malformed: int = 0
    unknown: int = 0


class MediaFailed(Exception):
    """The media socket cannot be opened: how the service would report it."""

    def __init__(self, details: str, result: Result) -> None:
        super().__init__(result.message)
        self.details = details
        self.result = result


class MediaSocket:
    """An open media socket. `heard` and `stopped` are called with what the app sends."""

    def __init__(
        self,
        socket: MediaConnection,
        counts: FrameCounts,
        lateness: Lateness,
        *,
        heard: Callable[[bytes], None],
        stopped: Callable[[], None],
    ) -> None:
        self._socket = socket
        self._counts = counts
        self._lateness = lateness
        self._heard = heard
        self._stopped = stopped

    async def send_metadata(self, subscription_id: str, rate: int) -> None:
        """The first frame. On a socket that was cut meanwhile nothing happens; `receive` tells that it ended."""
        await send_text(self._socket, encode_metadata(AudioMetadata(subscription_id, "PCM", rate, 1, rate // 25)))

    async def send_audio(
        self, payload: bytes, *, timestamp: str, participant: str | None, silent: bool, late_ms: float
    ) -> None:
        """One frame of the caller. Does not wait."""
        if await self._send(encode_caller_audio(AudioData(payload, timestamp, participant, silent))):
            self._counts.sent += 1
            self._counts.silent += silent
            self._lateness.add(late_ms)
        else:
            self._counts.lost += 1

    async def send_key(self, key: str) -> None:
        await self._send(encode_dtmf(DtmfData(key)))

    async def receive(self) -> str:
        """Read until the socket ends; returns why."""
        from websockets.exceptions import ConnectionClosed

        try:
            while True:
                self._read(await self._socket.recv(decode=False))
        except ConnectionClosed as closed:
            return str(closed)

    async def close(self) -> None:
        await self._socket.close()

    async def _send(self, frame: bytes) -> bool:
        socket = self._socket
        if socket.transport.get_write_buffer_size() > UNREAD_BYTES:
            return False
        return socket.write(frame) or await send_text(socket, frame)

    def _read(self, frame: bytes) -> None:
        payload = audio_payload(frame)
        if payload is not None:
            self._heard(payload)
            return
        try:
            found = decode(frame)
        except RemoteProtocolError:
            self._counts.malformed += 1
            return
        if isinstance(found, AudioData):
            self._heard(found.payload)
        elif isinstance(found, StopAudio):
            self._stopped()
        else:
            self._counts.unknown += 1


async def dial(url: str, headers: dict[str, str]) -> MediaConnection:
    """Open the socket. MediaFailed tells how the service would report it."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidStatus, InvalidURI, WebSocketException

    from voiceagent.emulators.acs.connection import MediaConnection

    try:
        opened = await connect(
            url,
            create_connection=MediaConnection,
            additional_headers=headers,
            compression=None,
            max_size=LONGEST_FRAME,
            open_timeout=HANDSHAKE_SECONDS,
            close_timeout=1,
            ping_interval=None,
            write_limit=UNREAD_BYTES * 2,
            user_agent_header=None,
            proxy=None,
            **without_proof(url),
        )
        assert isinstance(opened, MediaConnection)
        return opened
    except InvalidURI as error:
        raise MediaFailed("streamUrlMissing", NOT_A_SOCKET) from error
    except InvalidStatus as error:
        refused = error.response.status_code in (401, 403)
        details = "authenticationFailure" if refused else "initialWebSocketConnectionFailed"
        raise MediaFailed(details, NOT_REACHED if refused else NOT_A_SOCKET) from error
    except (OSError, TimeoutError, WebSocketException) as error:
        raise MediaFailed("streamConnectionUnsuccessful", NOT_REACHED) from error


async def send_text(socket: ClientConnection, frame: bytes) -> bool:
    """Send a text frame the library's own way; False when the socket is closing or closed. Does not wait for its end."""
    from websockets.exceptions import ConnectionClosed
    from websockets.protocol import State

    if socket.state is not State.OPEN:  # `send` would wait for it to close
        return False
    try:
        await socket.send(frame, text=True)
    except ConnectionClosed:
        return False
    return True


def without_proof(url: str) -> dict[str, Any]:
    """An app on this machine may have any certificate, such as the one its framework makes for development."""
    import ssl

    if not (url.startswith("wss://") and on_this_machine(url)):
        return {}
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return {"ssl": context}
