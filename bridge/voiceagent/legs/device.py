"""What a sound leg needs of a sound card, and the card that is none: silence in, nothing out, on the real clock."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from voiceagent.audio.formats import FRAME_MS, Format


@dataclass(frozen=True, slots=True)
class Edges:
    """Where a device turns to, from any thread: `captured` gets what the microphone took, `wanted` gives so many bytes for the
    speaker, `lost` is told why there will be no more of either."""

    captured: Callable[[bytes], None]
    wanted: Callable[[int], bytes]
    lost: Callable[[str], None]


class SoundDevice(Protocol):
    """A microphone and a speaker, 16-bit mono each, blocks of any length."""

    name_in: str
    name_out: str
    rate_in: int
    rate_out: int
    latency_ms: float
    """From handing a sound over to hearing it, and back through the microphone."""
    latency_out_ms: float
    """The speaker's part of it: from giving a sound to the driver to hearing it."""
    underruns: int
    """Times the speaker had to wait for us."""
    overruns: int
    """Times the microphone could not wait for us."""

    def start(self, edges: Edges) -> None:
        """Begin. Raises UserError when the device does not want to."""
        ...

    def stop(self) -> None:
        """End; `edges` are not used any more."""
        ...


class PacedSilence:
    """No device at all, for machines without one: a silent room, in frames of 20 ms as a device would give them."""

    def __init__(self, rate: int, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.name_in = self.name_out = "none"
        self.rate_in = self.rate_out = rate
        self.latency_ms = self.latency_out_ms = 0.0
        self.underruns = self.overruns = 0
        self._loop = loop or asyncio.get_running_loop()
        self._frame = bytes(Format(rate).frame_bytes)
        self._next: asyncio.TimerHandle | None = None
        self._began = 0.0
        self._given = 0

    def start(self, edges: Edges) -> None:
        self._began = self._loop.time()
        self._wait(edges)

    def stop(self) -> None:
        if self._next is not None:
            self._next.cancel()

    def _wait(self, edges: Edges) -> None:
        self._next = self._loop.call_at(self._began + (self._given + 1) * FRAME_MS / 1000, self._beat, edges)

    def _beat(self, edges: Edges) -> None:
        # A sound card loses no time: what a late beat missed is made up for, or the engine's clock would fall behind ours.
        due = math.floor((self._loop.time() - self._began) * 1000 / FRAME_MS + 1e-6)
        for _ in range(due - self._given):
            edges.captured(self._frame)
            edges.wanted(len(self._frame))
        self._given = max(due, self._given)
        self._wait(edges)
