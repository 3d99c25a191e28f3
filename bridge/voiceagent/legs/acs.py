"""The caller behind a media WebSocket of Azure Communication Services: its frames become audio and events, ours its frames.

A frame of audio never becomes an object: its payload is cut out and goes to `hear`. A caller whose connection does not drain
loses audio rather than building up delay: above `BACKLOG_LIMIT` a frame is not written and counted in `dropped`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Literal

from voiceagent.call.events import KeyPressed
from voiceagent.errors import RemoteProtocolError
from voiceagent.legs.socket import POLICY_VIOLATION, Glitches, MediaSocket, Warn, unheard
from voiceagent.ports import Clock, Deliver, WireFn
from voiceagent.protocol.acs_media import (
    AUDIO_PREFIX,
    AUDIO_SUFFIX,
    STOP_AUDIO,
    AudioData,
    AudioMetadata,
    DtmfData,
    audio_payload,
    decode,
)

BACKLOG_LIMIT = 131_072  # bytes: about two seconds of frames, the time after which a slow socket counts as lost


class AcsLeg:
    """A `CallerLeg`. Feed every text message to `on_text`; `opened` is called once, when audio is about to flow.

    `on_failure` receives an error nobody foresaw: the connection's callback is the edge of the call here.
    """

    def __init__(
        self,
        socket: MediaSocket,
        *,
        sample_rate: int,
        clock: Clock,
        hear: Callable[[bytes], None],
        deliver: Deliver,
        opened: Callable[[], None],
        on_failure: Callable[[Exception], None],
        wire: WireFn | None = None,
        warn: Warn = unheard,
    ) -> None:
        self.sample_rate = sample_rate
        self.dropped = 0
        self._glitches = Glitches(socket, clock, warn)
        self.unknown = 0
        """Messages of kinds we do not know."""
        self.heard_at_ms = clock.now_ms()
        """When the service's last message came, on the call's clock; before the first, when the leg was made."""
        self._socket = socket
        self._clock = clock
        self._hear = hear
        self._deliver = deliver
        self._opened = opened
        self._on_failure = on_failure
        self._wire = wire
        self._path: Literal["unopened", "open", "refused"] = "unopened"
        self._silence = base64.b64encode(bytes(sample_rate // 50 * 2))

    @property
    def garbage(self) -> int:
        """Messages that broke the protocol."""
        return self._glitches.count

    # --- from the caller

    def on_text(self, frame: bytes) -> None:
        """One message from the service; hot path. Never raises."""
        self.heard_at_ms = self._clock.now_ms()
        try:
            if self._wire is not None:
                self._wire("in", frame)
            payload = audio_payload(frame)
            if payload is not None and self._path == "open":
                self._hear(payload)
            else:
                self._read(frame)
        except RemoteProtocolError:
            self._glitches.came()
        except Exception as error:  # the edge of the call: see the class
            self._on_failure(error)

    def _read(self, frame: bytes) -> None:
        match decode(frame):
            case _ if self._path == "refused":
                pass  # on its way since before it could know
            case AudioData(payload=payload):
                self._announce()
                # A silent frame may come without samples; the engine must hear time pass all the same.
                self._hear(payload or self._silence)
            case AudioMetadata() as metadata:
                self._check(metadata)
            case DtmfData(key=key):
                self._deliver(KeyPressed(key))
            case _:
                self.unknown += 1

    def _check(self, metadata: AudioMetadata) -> None:
        if metadata.sample_rate != self.sample_rate or metadata.channels != 1:
            told = f"{metadata.channels} x {metadata.sample_rate} Hz"
            self._path = "refused"
            self._socket.shut(POLICY_VIOLATION, f"expected 1 x {self.sample_rate} Hz PCM, not {told}")
            return
        self._announce()

    def _announce(self) -> None:
        if self._path == "unopened":
            self._path = "open"
            self._opened()

    # --- to the caller

    def play(self, payload: bytes) -> bool:
        """Send a frame of audio; hot path."""
        if self._socket.backlog() > BACKLOG_LIMIT:
            self.dropped += 1
            return False
        self._send(AUDIO_PREFIX + payload + AUDIO_SUFFIX)
        return True

    def stop_playback(self) -> None:
        """Have the service forget what it still holds for the caller."""
        self._send(STOP_AUDIO)

    async def close(self, reason: str) -> None:
        """Close the media path."""
        self._socket.shut(1000, reason[:100])  # a close reason has at most 123 bytes

    def _send(self, frame: bytes) -> None:
        if self._wire is not None:
            self._wire("out", frame)
        self._socket.send_text(frame)
