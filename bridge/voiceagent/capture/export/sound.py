"""What a call sounded like to its caller: both sides as they were heard, in real time.

The agent's audio is played from when it arrived, one frame after the other, as the service does; a StopAudio silences what was
still waiting. The caller's is placed by the time its frames carry, so that a hiccup of the network does not tear words apart.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from voiceagent.audio.formats import Format
from voiceagent.capture.records import Record, Wire
from voiceagent.errors import RemoteProtocolError, UserError
from voiceagent.protocol.acs_media import AudioData, AudioMetadata, StopAudio, audio_payload, decode

_JITTER_MS = 60.0  # frames of 20 ms come this unevenly on a good day; closing such gaps would put clicks into speech
_LONGEST_MS = 26 * 3_600_000.0  # a time beyond a day is damage, and would be written out as silence
_RATE = 24_000  # when no metadata say otherwise


@dataclass(frozen=True, slots=True)
class Sound:
    """16-bit mono PCM of both sides, equally long, from the beginning of the call."""

    rate: int
    caller: bytes
    agent: bytes

    @property
    def stereo(self) -> bytes:
        """Interleaved: the caller left, the agent right."""
        import numpy as np

        sides = [np.frombuffer(side, dtype="<i2") for side in (self.caller, self.agent)]
        return bytes(np.stack(sides, axis=1).tobytes())

    @property
    def duration_ms(self) -> float:
        """How long it is."""
        return Format(self.rate).ms(len(self.caller))


def sound_of(records: Iterable[Record]) -> Sound:
    """The sound of a capture. UserError when it holds none."""
    format_, heard, end_ms = Format(_RATE), False, 0.0
    sides: _Sides | None = None
    for record in records:
        end_ms = max(end_ms, record.at_ms if record.at_ms < _LONGEST_MS else 0.0)
        if not isinstance(record, Wire) or record.edge != "media" or record.frame is None:
            continue
        try:
            frame = _frame(record)
        except RemoteProtocolError:
            continue
        if isinstance(frame, AudioMetadata) and sides is None:
            format_ = Format(frame.sample_rate)
        elif isinstance(frame, (AudioData, StopAudio)):
            sides = sides or _Sides(format_)
            heard = sides.take(record, frame) or heard
    if sides is None or not heard:
        raise UserError(
            "this capture holds no audio", remedy="calls are captured with their audio unless it was silenced or cut"
        )
    return sides.sound(end_ms)


def _frame(record: Wire) -> object:
    frame = record.frame or b""
    payload = audio_payload(frame) if record.direction == "out" else None
    return AudioData(payload) if payload is not None else decode(frame)


class _Sides:
    def __init__(self, format_: Format) -> None:
        self._format = format_
        self._caller, self._agent = _Track(format_), _Track(format_)
        self._zero: tuple[float, float] | None = None

    def take(self, record: Wire, frame: AudioData | StopAudio) -> bool:
        """True when it was audible, or could have been."""
        if record.at_ms > _LONGEST_MS:
            return False
        if isinstance(frame, StopAudio):
            if record.direction == "out":
                self._agent.cut(record.at_ms)
            return False
        try:
            pcm = base64.b64decode(frame.payload)
        except binascii.Error:
            return False
        if record.direction == "out":
            self._agent.play(record.at_ms, pcm)
        else:
            self._caller.place(self._spoken_at(record.at_ms, frame, self._format.ms(len(pcm))), pcm)
        return bool(pcm)

    def _spoken_at(self, at_ms: float, frame: AudioData, duration_ms: float) -> float:
        """When the caller began to say it: a frame is sent when it is over."""
        stamp = _stamp(frame.timestamp)
        if stamp is None:
            return max(0.0, at_ms - duration_ms)
        if self._zero is None or not 0 <= stamp - self._zero[0] <= _LONGEST_MS:
            self._zero = (stamp, max(0.0, at_ms - duration_ms))
        return self._zero[1] + stamp - self._zero[0]

    def sound(self, end_ms: float) -> Sound:
        """Until the end of the call: what then still waited was never heard."""
        size = self._format.bytes(end_ms)
        return Sound(self._format.rate, self._caller.padded(size), self._agent.padded(size))


class _Track:
    """One side, growing."""

    def __init__(self, format_: Format) -> None:
        self._format = format_
        self._pcm = bytearray()

    def play(self, at_ms: float, pcm: bytes) -> None:
        """Behind what is still waiting, or now."""
        self._silence_until(at_ms)
        self._pcm += pcm[: len(pcm) & ~1]

    def place(self, at_ms: float, pcm: bytes) -> None:
        """At its own time, but for jitter."""
        if at_ms - self._format.ms(len(self._pcm)) > _JITTER_MS:
            self._silence_until(at_ms)
        self._pcm += pcm[: len(pcm) & ~1]

    def cut(self, at_ms: float) -> None:
        """What was to sound later does not."""
        del self._pcm[self._format.bytes(at_ms) :]

    def _silence_until(self, at_ms: float) -> None:
        missing = self._format.bytes(at_ms) - len(self._pcm)
        if missing > 0:
            self._pcm += bytes(missing)

    def padded(self, size: int) -> bytes:
        return bytes(self._pcm[:size]) + bytes(max(0, size - len(self._pcm)))


def _stamp(text: str | None) -> float | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).timestamp() * 1000
    except ValueError:
        return None
