"""A capture as a replay reads it: every record that decides something, and of the audio only that it went by.

Most of a capture is audio that an exact replay never looks at: its lines are recognised by how they begin and passed over. What
the playback account was told comes twice for every 20 ms of speech; it is passed over with them and read by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from voiceagent.capture import records
from voiceagent.capture.read import CaptureReader
from voiceagent.capture.records import Header, Record, Wire
from voiceagent.capture.seal import CaptureKey

_HEAD = rb'\{"t":([\d.e-]+),"kind":"'

# How a line of audio begins, in every casing and order seen; one that begins otherwise is merely read for nothing.
_AUDIO = (
    rb'wire","edge":"\w+","dir":"\w+","frame":\{'
    rb'(?:"[kK]ind": ?"AudioData"'
    rb'|"type": ?"input_audio_buffer\.append"'
    rb'|(?:"(?:event_id|response_id|item_id)": ?"[^"]*", ?)*"type": ?"response\.(?:output_)?audio\.delta"'
    rb'|"delta": ?"[A-Za-z0-9+/=]{200})'
)
# As `capture.records` writes them; a line of another form is read the slow way.
_LANE = rb'lane","do":"(\w+)","reply":"([^"\\]{0,80})","item":"([^"\\]{0,80})","ms":([\d.e-]+)\}'
_WIRE = re.compile(_HEAD + rb'wire","edge":"(\w+)","dir":"(\w+)","frame":').match

is_audio = re.compile(_HEAD + _AUDIO).match
"""Whether the line of a frame is one of audio."""

_LONGEST_LANE = 250  # bytes; a line of audio is longer, and one that is not costs a second look

_plain_lane = re.compile(_HEAD + _LANE).fullmatch
_is_frequent = re.compile(_HEAD + rb"(?:" + _AUDIO + rb"|" + _LANE + rb"$)").match


class Recorded:
    """Iterate once: the records in order, `Passed` for stretches of audio and lane steps; then look at `stopped`."""

    def __init__(self, path: Path, *, key: CaptureKey | None = None) -> None:
        self._reader = CaptureReader(path, key=key, parse=parse, passes_over=_is_frequent)
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


def parse(line: bytes) -> Record:
    """A record from its line; quick for frames. Raises ValueError for a line that is not one."""
    if (wire := _WIRE(line)) is not None:
        frame = line[wire.end() : -1]
        return Wire(float(wire[1]), wire[2].decode(), wire[3].decode(), frame, len(frame))
    return records.parse(line)


def lane_step(line: bytes) -> tuple[float, bytes, str, str, float] | None:
    """What the playback account was told, if a line passed over says that: time, what, reply, item, milliseconds."""
    lane = _plain_lane(line) if len(line) < _LONGEST_LANE else None
    if lane is None:
        return None
    at_ms, do, reply, item, ms = lane.groups()
    return float(at_ms), do, reply.decode(), item.decode(), float(ms)
