"""What keeps the agent from hearing itself through the speaker: nothing, a gate, or WebRTC's echo canceller.

Each is told what the speaker plays (`played`) and makes of what the microphone took (`heard`) what the engine may hear. Frames
are 20 ms. Headphones need nothing. The gate needs nothing installed, but the caller cannot interrupt by voice. The canceller
can tell the two apart; it comes with the package `livekit`.
"""

from __future__ import annotations

from collections import deque
from importlib.util import find_spec
from typing import Any, Literal, Protocol

from voiceagent.audio.formats import Format
from voiceagent.audio.tones import level_dbfs
from voiceagent.ports import Clock

EchoKind = Literal["gate", "cancel", "off"]

AUDIBLE_DBFS = -60.0
"""Quieter than that, a speaker in the room adds nothing to what the microphone takes."""
TAIL_MS = 250.0
"""How long a room rings after the speaker fell silent, and a sound card's buffers with it."""


class Echo(Protocol):
    """See the module."""

    kind: EchoKind

    def played(self, frame: bytes) -> None:
        """The speaker plays this now."""
        ...

    def heard(self, frame: bytes) -> bytes:
        """The microphone took this now; what the engine may hear of it."""
        ...


class NoEcho:
    """Headphones: nothing of the speaker reaches the microphone."""

    kind: EchoKind = "off"

    def played(self, frame: bytes) -> None:
        """Of no concern."""

    def heard(self, frame: bytes) -> bytes:
        return frame


class EchoGate:
    """Half duplex: while the agent is audible, and a moment longer, the engine hears silence."""

    kind: EchoKind = "gate"

    def __init__(self, clock: Clock, *, latency_ms: float = 0.0) -> None:
        self._clock = clock
        self._hold_ms = latency_ms + TAIL_MS
        self._closed_until = float("-inf")

    def played(self, frame: bytes) -> None:
        if level_dbfs(frame) > AUDIBLE_DBFS:
            self._closed_until = self._clock.now_ms() + self._hold_ms

    def heard(self, frame: bytes) -> bytes:
        return bytes(len(frame)) if self._clock.now_ms() < self._closed_until else frame


class WebRtcEcho:
    """Full duplex through a loudspeaker. Works on 10 ms; what was not a multiple of that comes with the next frame."""

    kind: EchoKind = "cancel"

    def __init__(self, rate: int, *, latency_ms: float = 0.0) -> None:
        from livekit import rtc

        self._rtc: Any = rtc
        self._rate = rate
        self._piece = Format(rate).bytes(10)
        self._apm = rtc.AudioProcessingModule(echo_cancellation=True, noise_suppression=True, high_pass_filter=True)
        # A first guess; the canceller finds the true delay by itself, from tens to some hundreds of milliseconds.
        self._apm.set_stream_delay_ms(round(latency_ms))
        self._far: deque[bytes] = deque(maxlen=50)  # a second; a microphone that has stopped must not make it grow

    def played(self, frame: bytes) -> None:
        self._far.append(frame)

    def heard(self, frame: bytes) -> bytes:
        while self._far:
            for piece in self._pieces(self._far.popleft()):
                self._apm.process_reverse_stream(piece)
        near = self._pieces(frame)
        for piece in near:
            self._apm.process_stream(piece)
        return b"".join(bytes(piece.data) for piece in near)

    def _pieces(self, frame: bytes) -> list[Any]:
        size = self._piece
        return [
            self._rtc.AudioFrame(frame[at : at + size], self._rate, 1, size // 2)
            for at in range(0, len(frame) - size + 1, size)
        ]


def canceller_installed() -> bool:
    """Whether WebRTC's canceller can be used."""
    return find_spec("livekit") is not None


def echo_for(kind: EchoKind, *, rate: int, clock: Clock, latency_ms: float = 0.0) -> Echo:
    """The one asked for. `latency_ms` is how much later than we hand it over a sound is heard."""
    if kind == "off":
        return NoEcho()
    return WebRtcEcho(rate, latency_ms=latency_ms) if kind == "cancel" else EchoGate(clock, latency_ms=latency_ms)
