"""The caller at this machine's own microphone and speaker: what a telephone network does between two people, done here.

From the microphone: the device's rate becomes the call's, blocks become frames of 20 ms, what is only the agent's echo goes,
and with `line` it sounds as through a telephone. To the speaker the same way back, through a queue that can be emptied at
once. What `say` was given stands in for the microphone until it is used up. Captures see the frames that a telephone service
would have sent, so that such a call can be replayed like any other.
"""

from __future__ import annotations

import asyncio
import base64
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from voiceagent.audio.chunks import FrameCutter, decode_payload
from voiceagent.audio.formats import Format
from voiceagent.audio.line import TelephoneLine
from voiceagent.audio.resample import Resampler
from voiceagent.audio.tones import SILENCE_DBFS, level_dbfs
from voiceagent.legs.device import Edges, SoundDevice
from voiceagent.legs.echo import Echo, NoEcho
from voiceagent.legs.handover import Handover
from voiceagent.legs.playout import Playout
from voiceagent.legs.stereo import StereoFile
from voiceagent.ports import Clock, WireFn
from voiceagent.protocol.acs_media import (
    STOP_AUDIO,
    AudioData,
    AudioMetadata,
    encode_audio,
    encode_caller_audio,
    encode_metadata,
)

HOLD_FIRST_MS = 700.0
"""A terminal tells that a key is held by repeating it, for the first time after half a second."""
HOLD_NEXT_MS = 350.0
LAST_SOUND_MS = 1_000.0
"""How long closing waits for what is already on its way to the speaker."""


@dataclass(slots=True)
class Levels:
    """How loud both sides are now and were at most, in dBFS; `mic` is what the engine hears, `agent` what the speaker gets."""

    mic: float = SILENCE_DBFS
    agent: float = SILENCE_DBFS
    mic_peak: float = SILENCE_DBFS
    agent_peak: float = SILENCE_DBFS

    def heard(self, frame: bytes) -> None:
        self.mic = level_dbfs(frame)
        self.mic_peak = max(self.mic, self.mic_peak)

    def played(self, frame: bytes) -> None:
        self.agent = level_dbfs(frame)
        self.agent_peak = max(self.agent, self.agent_peak)


class _Side:
    """One direction: from one rate to another, perhaps through a telephone line, in frames of 20 ms."""

    def __init__(self, rate_in: int, rate_out: int) -> None:
        self._rates = Resampler(rate_in, rate_out)
        self._cutter = FrameCutter(Format(rate_out).frame_bytes)

    def push(self, pcm: bytes) -> list[bytes]:
        return self._cutter.push(self._rates.push(pcm))


class SoundLeg:
    """A `CallerLeg`. Make it inside the loop, `open` it before the call, and `begin` when the call is answered.

    `hear` gets the caller's audio as base64; `lost` is told why the device gave up; `on_failure` gets errors nobody foresaw.
    `sounded` is told how much of what was played is still to be heard, when the first of it goes to the speaker: a driver is
    late by what it says, and by the same all through a call.
    """

    def __init__(
        self,
        device: SoundDevice,
        *,
        sample_rate: int,
        clock: Clock,
        hear: Callable[[bytes], None],
        lost: Callable[[str], None],
        on_failure: Callable[[Exception], None],
        echo: Echo | None = None,
        line: bool = False,
        push_to_talk: bool = False,
        stereo: StereoFile | None = None,
        wire: WireFn | None = None,
        sounded: Callable[[float], None] = lambda _: None,
    ) -> None:
        self.sample_rate = sample_rate
        self.dropped = 0
        """Pieces lost on either way."""
        self.device = device
        self.echo: Echo = echo or NoEcho()
        self.levels = Levels()
        self.muted = False
        """The engine hears silence in place of the microphone."""
        self.push_to_talk = push_to_talk
        """Muted but for as long as a key is held (`hold`)."""
        self._clock = clock
        self._hear = hear
        self._lost = lost
        self._on_failure = on_failure
        self._stereo = stereo
        self._wire = wire
        self._sounded: Callable[[float], None] | None = sounded
        self._loop = asyncio.get_running_loop()
        self._blocks: Handover[tuple[bool, bytes]] = Handover(self._loop, self._take)
        self._playout = Playout(device.rate_out)
        self._from_mic = _Side(device.rate_in, sample_rate)
        self._at_ear = _Side(device.rate_out, sample_rate)
        self._to_speaker = Resampler(sample_rate, device.rate_out)
        self._line_in = TelephoneLine(sample_rate) if line else None
        self._line_out = TelephoneLine(sample_rate) if line else None
        self._said: deque[tuple[bytes, asyncio.Event | None]] = deque()
        self._held_until = float("-inf")
        self._hushed = False
        self._begun = False
        self._broken = 0
        self._drained = asyncio.Event()

    @property
    def holding(self) -> bool:
        """Whether the key to talk is being held."""
        return self._clock.now_ms() < self._held_until

    # --- the call's beginning and end

    def open(self) -> None:
        """Start the device; its sound is for nobody yet. Raises UserError."""
        self.device.start(
            Edges(
                captured=lambda block: self._blocks.put((True, block)),
                wanted=self._wanted,
                lost=self._gave_up,
            )
        )

    def begin(self) -> None:
        """From here on the caller is heard."""
        self._begun = True
        if self._wire is not None:
            length = Format(self.sample_rate).frame_bytes
            self._wire("in", encode_metadata(AudioMetadata("local", "PCM", self.sample_rate, 1, length)))

    async def close(self, reason: str) -> None:  # noqa: ARG002 - nobody at the other end would read it
        """Let the speaker finish what it was given, then stop the device."""
        try:
            async with asyncio.timeout(LAST_SOUND_MS / 1000):
                while self._begun and self._playout.pending_ms:
                    self._drained.clear()
                    await self._drained.wait()
        except TimeoutError:
            pass  # the device has stopped asking
        self._begun = False
        self.device.stop()

    # --- to the speaker

    def play(self, payload: bytes) -> bool:
        """More for the speaker. A payload that is no audio is counted as dropped."""
        if self._wire is not None:
            self._wire("out", encode_audio(payload))
        try:
            pcm = decode_payload(payload)
        except ValueError:
            self._broken += 1
            return False
        if self._line_out is not None:
            pcm = self._line_out.push(pcm)
        self._playout.put(self._to_speaker.push(pcm))
        return True

    def stop_playback(self) -> None:
        """Silence now."""
        if self._wire is not None:
            self._wire("out", STOP_AUDIO)
        self._playout.clear()
        self._to_speaker = Resampler(self.sample_rate, self.device.rate_out)

    def _gave_up(self, reason: str) -> None:
        """The device's own thread tells."""
        with suppress(RuntimeError):  # the loop has ended; so has the call
            self._loop.call_soon_threadsafe(self._lost, reason)

    def _wanted(self, count: int) -> bytes:
        """The device's own thread asks."""
        block = self._playout.take(count)
        if self._hushed:
            block = bytes(count)
        self._blocks.put((False, block))
        return block

    # --- from the microphone

    def say(self, pcm: bytes) -> asyncio.Event:
        """Speak this (at the call's rate) in place of the microphone, after what was given before; set when it was said."""
        said = asyncio.Event()
        size = Format(self.sample_rate).frame_bytes
        frames = [pcm[at : at + size].ljust(size, b"\0") for at in range(0, len(pcm), size)]
        self._said.extend((frame, None) for frame in frames[:-1])
        self._said.append((frames[-1] if frames else bytes(size), said))
        return said

    def hold(self) -> None:
        """The key to talk is pressed, or repeats: the microphone is open and the speaker silent for a moment more."""
        more = HOLD_NEXT_MS if self.holding else HOLD_FIRST_MS
        self._held_until = self._clock.now_ms() + more
        self._hushed = True

    def _take(self, block: tuple[bool, bytes]) -> None:
        captured, pcm = block
        self.dropped = self._playout.dropped + self._blocks.dropped + self._broken
        try:
            if captured:
                for frame in self._from_mic.push(pcm):
                    self._captured(frame)
                return
            self._account(pcm)
            for frame in self._at_ear.push(pcm):
                self.echo.played(frame)
                self.levels.played(frame)
                if self._stereo is not None:
                    self._stereo.agent(frame)
            if not self._playout.pending_ms:
                self._drained.set()
        except Exception as error:  # the edge of the call: the device's blocks come from nowhere
            self._on_failure(error)

    def _account(self, block: bytes) -> None:
        """Once, when there is sound in the block that has just gone to the driver."""
        if self._sounded is not None and any(block):
            sounded, self._sounded = self._sounded, None
            if self.device.latency_out_ms:
                sounded(Format(self.device.rate_out).ms(len(block)) + self._playout.pending_ms + self.device.latency_out_ms)

    def _captured(self, frame: bytes) -> None:
        holding = self._hushed = self.holding
        heard = self.echo.heard(frame)
        if self._said:
            heard, said = self._said.popleft()
            if said is not None:
                said.set()
        elif holding:
            heard = frame
        elif self.muted or self.push_to_talk:
            heard = bytes(len(frame))
        self._give(heard if self._line_in is None else self._line_in.push(heard))

    def _give(self, frame: bytes) -> None:
        self.levels.heard(frame)
        if self._stereo is not None:
            self._stereo.caller(frame)
        if not self._begun:
            return
        payload = base64.b64encode(frame)
        if self._wire is not None:
            self._wire("in", encode_caller_audio(AudioData(payload)))
        self._hear(payload)
