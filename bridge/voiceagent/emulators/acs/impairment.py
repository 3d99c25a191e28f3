"""What a bad connection does to the caller's frames: some are lost, some late, and the agent's own voice comes back.

Pure: chance comes from a seed, time is passed in. A frame that was lost on its way to the service is concealed as telephone
networks do it: the frame before is repeated once, then there is silence. Late frames keep their order.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections import deque
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from voiceagent.audio.samples import to_pcm
from voiceagent.emulators.acs.script import FRAME_MS

if TYPE_CHECKING:
    from voiceagent.emulators.acs.ear import Ear
    from voiceagent.emulators.acs.studio import Line

ECHO_AFTER_MS = 120.0
"""From the agent's voice at the ear to its echo in the caller's frames: a loudspeaker, a room, a codec."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame on its way to the app."""

    payload: bytes
    silent: bool
    timestamp: str


class Impairment:
    """One for each call. `through` is called with every frame, and returns those that the app gets in this beat."""

    def __init__(self, line: Line, *, rate: int, seed: str) -> None:
        self._line = line
        self._rate = rate
        self._random = Random(seed)  # noqa: S311 - chance that can be repeated
        self._silence = b64encode(bytes(rate * FRAME_MS // 1000 * 2))
        self._before = Frame(self._silence, True, "")
        self._lost_before = False
        self._late: deque[tuple[float, Frame]] = deque()

    def through(self, frame: Frame, ear: Ear, now: float) -> list[Frame]:
        line = self._line
        if line.echo_db is not None:
            frame = self._with_echo(frame, ear, now, line.echo_db)
        if line.loss_percent:
            frame = self._concealed(frame)
        if not line.jitter_ms:
            return [frame]
        due = now + self._random.uniform(0, line.jitter_ms)
        if self._late:
            due = max(due, self._late[-1][0])
        self._late.append((due, frame))
        ready = []
        while self._late and self._late[0][0] <= now + FRAME_MS:
            ready.append(self._late.popleft()[1])
        return ready

    def _concealed(self, frame: Frame) -> Frame:
        if self._random.random() * 100 >= self._line.loss_percent:
            self._before, self._lost_before = frame, False
            return frame
        again = self._before
        if self._lost_before:
            again = Frame(self._silence, True, "")
        self._lost_before = True
        return Frame(again.payload, again.silent, frame.timestamp)

    def _with_echo(self, frame: Frame, ear: Ear, now: float, echo_db: float) -> Frame:
        heard = sounding(ear, now - ECHO_AFTER_MS, FRAME_MS) if ear.rate == self._rate else b""
        if not any(heard):
            return frame
        return Frame(b64encode(mixed(b64decode(frame.payload), heard, -echo_db)), False, frame.timestamp)


def sounding(ear: Ear, at: float, ms: float) -> bytes:
    """The PCM that sounded at the ear from `at` on; silence where nothing did, nothing when it was all silence."""
    per_ms = ear.rate * 2 // 1000
    size = int(ms) * per_ms
    found = bytearray(size)
    seen = False
    for piece in reversed(ear.pieces):
        length = len(piece.pcm) / per_ms
        if piece.start_ms + length <= at:
            break
        if piece.start_ms >= at + ms:
            continue
        first = int((at - piece.start_ms) * per_ms) // 2 * 2
        part = piece.pcm[max(0, first) : first + size]
        into = max(0, -first)
        found[into : into + len(part)] = part
        seen = True
    return bytes(found[:size]) if seen else b""


def mixed(one: bytes, other: bytes, gain_db: float) -> bytes:
    """`other`, louder or softer by so much, added to `one`; the length of `one`."""
    import numpy as np

    base = np.frombuffer(one, dtype="<i2").astype(np.float64)
    added = np.frombuffer(other, dtype="<i2").astype(np.float64)[: len(base)] * 10 ** (gain_db / 20)
    base[: len(added)] += added
    return to_pcm(base)
