"""A capture as a replay reads it: every record that decides something, and of the audio only that it went by.

Most of a capture is audio that an exact replay never looks at: its lines are recognised by how they begin and passed over. What
the playback account was told comes twice for every 20 ms of speech; it is read on the way, by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from voiceagent.capture import records
from voiceagent.capture.aside import AUDIO, HEAD, is_audio
from voiceagent.capture.read import CaptureReader
from voiceagent.capture.records import Header, Passed, Record, Step, Wire
from voiceagent.capture.seal import CaptureKey

# As `capture.records` writes them; a line of another form is read the slow way.
_LANE = rb'lane","do":"(\w+)","reply":"([^"\\\n]{0,80})","item":"([^"\\\n]{0,80})","ms":(\d+(?:\.\d+)?(?:e-?\d+)?)\}'
_WIRE = re.compile(HEAD + rb'wire","edge":"(\w+)","dir":"(\w+)","frame":').match

_frequent = re.compile(HEAD + rb"(?:" + AUDIO + rb'(?:\d+,"size":\d+\}\n)?|' + _LANE + rb"(?:\n|\Z))").match
_TIME_ONLY = 1
"""The last group of a line of audio."""


class Recorded:
    """Iterate once: the records in order, `Passed` for stretches of audio and lane steps; then look at `stopped`."""

    def __init__(self, path: Path, *, key: CaptureKey | None = None) -> None:
        self._reader = CaptureReader(path, key=key, scan=scan, audio=False)
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


def scan(content: bytes) -> Iterator[Record]:
    """The records of a block; stretches of audio and lane steps as one `Passed` each. The hot loop of a replay.

    It looks for the end of a line only from where its audio begins, and cuts none out that nobody will read.
    """
    at = since = count = 0
    last: re.Match[bytes] | None = None
    steps: list[Step] = []
    size = len(content)
    while at < size:
        found = _frequent(content, at)
        if found is not None:
            count, last = count + 1, found
            if found.lastindex == _TIME_ONLY:
                at = content.find(b"\n", found.end() - 1) + 1 or size
            else:
                at = found.end()
                at_ms, do, reply, item, ms = found.groups()
                steps.append((float(at_ms), do, reply.decode(errors="replace"), item.decode(errors="replace"), float(ms)))
            continue
        if last is not None:
            yield Passed(float(last[1]), count, steps, content, since, at)
            count, last, steps = 0, None, []
        end = content.find(b"\n", at)
        end = size if end < 0 else end
        yield records.parsed(content[at:end], parse)
        at = since = end + 1
    if last is not None:
        yield Passed(float(last[1]), count, steps, content, since, at)


def each(content: bytes) -> Iterator[Record]:
    """The records of a block, audio too."""
    return records.each(content, parse)


def parse(line: bytes) -> Record:
    """A record from its line; quick for frames. Raises ValueError for a line that is not one."""
    if (wire := _WIRE(line)) is not None:
        frame = line[wire.end() : -1]
        return Wire(float(wire[1]), wire[2].decode(), wire[3].decode(), frame, len(frame))
    return records.parse(line)


def one_by_one(passed: Passed) -> Iterator[tuple[float, Step | None]]:
    """The times of what was passed over, and which of it were lane steps."""
    steps = iter(passed.steps)
    for line in passed.lines:
        yield records.time_of(line), None if is_audio(line) else next(steps)
