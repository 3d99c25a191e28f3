"""A capture as a replay reads it: every record that decides something, and of the audio only that it went by.

Most of a capture is audio that an exact replay never looks at: its lines are recognised by how they begin and passed over. What
the playback account was told comes twice for every 20 ms of speech, and is read by hand as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from voiceagent.capture import records
from voiceagent.capture.read import CaptureReader
from voiceagent.capture.records import Header, LaneStep, Passed, Record, Wire
from voiceagent.capture.seal import CaptureKey

# As `capture.records` writes them; a line of another form is read the slow way.
_LANE = re.compile(
    rb'\{"t":([\d.e-]+),"kind":"lane","do":"(\w+)","reply":"([^"\\]*)","item":"([^"\\]*)","ms":([\d.e-]+)\}'
).fullmatch
_WIRE = re.compile(rb'\{"t":([\d.e-]+),"kind":"wire","edge":"(\w+)","dir":"(\w+)","frame":').match

# How a line of audio begins, in every casing and order seen; one that begins otherwise is merely read for nothing.
_AUDIO = re.compile(
    rb'\{"t":[\d.e-]+,"kind":"wire","edge":"\w+","dir":"\w+","frame":\{'
    rb'(?:"[kK]ind": ?"AudioData"'
    rb'|"type": ?"input_audio_buffer\.append"'
    rb'|(?:"(?:event_id|response_id|item_id)": ?"[^"]*", ?)*"type": ?"response\.(?:output_)?audio\.delta"'
    rb'|"delta": ?"[A-Za-z0-9+/=]{200})'
)


class Recorded:
    """Iterate once: the records in order, `Passed` for stretches of audio; then look at `stopped`."""

    def __init__(self, path: Path, *, key: CaptureKey | None = None) -> None:
        self._reader = CaptureReader(path, key=key, parse=parse, passes_over=is_audio)
        self.header: Header = self._reader.header

    @property
    def stopped(self) -> str | None:
        """Once iterated: where and why the capture is not complete."""
        return self._reader.stopped

    @property
    def damaged(self) -> bool:
        """Once iterated: whether it is not what was written."""
        return self._reader.state == "damaged"

    def __iter__(self) -> Iterator[Record]:
        return iter(self._reader)


is_audio = _AUDIO.match
"""Whether the line of a frame is one of audio."""


def parse(line: bytes) -> Record:
    """A record from its line; quick for the frequent kinds. Raises ValueError for a line that is not one."""
    if (lane := _LANE(line)) is not None:
        at_ms, do, reply, item, ms = lane.groups()
        return LaneStep(float(at_ms), do.decode(), reply.decode(), item.decode(), float(ms))
    if (wire := _WIRE(line)) is not None:
        frame = line[wire.end() : -1]
        return Wire(float(wire[1]), wire[2].decode(), wire[3].decode(), frame, len(frame))
    return records.parse(line)


def times_after(at_ms: float, passed: Passed) -> list[float]:
    """The times of the records passed over that lie behind `at_ms`."""
    if passed.at_ms <= at_ms:
        return []
    return [time for line in passed.lines if (time := records.time_of(line)) > at_ms]
