"""A capture as a replay reads it: every record that decides something, and of the audio only that it went by.

Most of a capture is audio that an exact replay never looks at: its lines are recognised by how they begin and passed over. What
the playback account was told comes twice for every 20 ms of speech; it is read on the way, by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from voiceagent.capture import records
from voiceagent.capture.aside import HEAD, NUMBER, is_audio
from voiceagent.capture.read import CaptureReader
from voiceagent.capture.records import Header, Passed, Record, Step, Wire
from voiceagent.capture.seal import CaptureKey

# As `capture.records` writes them; a line of another form is read the slow way.
_LANE = rb'lane","do":"(\w+)","reply":"([^"\\\n]{0,80})","item":"([^"\\\n]{0,80})","ms":(' + NUMBER + rb")\}(?:\n|\Z)"
_PLACE = rb'wire","edge":"\w+","dir":"\w+","at":\d+,"size":\d+\}(?:\n|\Z)'
_WIRE = re.compile(HEAD + rb'wire","edge":"(\w+)","dir":"(\w+)","frame":').match

_stretch = re.compile(
    rb'(?:\{"t":-?' + NUMBER + rb',"kind":"(?:' + _PLACE + rb"|" + re.sub(rb"\((?!\?)", rb"(?:", _LANE) + rb"))++"
).match
"""As many lines of audio that lies aside, and of lane steps, as there are: one search for hundreds of lines."""

_steps = re.compile(HEAD + _LANE).findall


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

    It cuts no line out that nobody will read; where audio stands in its line, it looks for the end only from where that begins.
    """
    at = since = count = 0
    last = 0
    steps: list[Step] = []
    size = len(content)
    while at < size:
        if (many := _stretch(content, at)) is not None:
            end = many.end()
            count += content.count(b"\n", at, end - 1) + 1
            steps += [
                (float(at_ms), do, reply.decode(errors="replace"), item.decode(errors="replace"), float(ms))
                for at_ms, do, reply, item, ms in _steps(content, at, end)
            ]
            last = content.rfind(b"\n", at, end - 1) + 1 or at
            at = end
            continue
        if (one := is_audio(content, at)) is not None:
            count, last = count + 1, at
            at = content.find(b"\n", one.end()) + 1 or size
            continue
        if count:
            yield _passed(content, count, steps, since, at, last)
            count, steps = 0, []
        end = content.find(b"\n", at)
        end = size if end < 0 else end
        yield records.parsed(content[at:end], parse)
        at = since = end + 1
    if count:
        yield _passed(content, count, steps, since, at, last)


def _passed(content: bytes, count: int, steps: list[Step], since: int, at: int, last: int) -> Passed:
    """`last` is where the last line of the stretch begins."""
    return Passed(records.time_of(content[last : content.index(b",", last) + 1]), count, steps, content, since, at)


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
