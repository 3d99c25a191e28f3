"""A recorded session as an engine: says what the recorded server said, when the client has said what the recorded client said.

A client is held against the recording by the types of its events; what else differs is noted, for tests and for people. Audio
is followed by its length, so a client may send other frames than the recorded one, and more of them. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voiceagent.emulators.voice_live import errors
from voiceagent.emulators.voice_live.answers import Event, error
from voiceagent.errors import UserError

APPEND = "input_audio_buffer.append"
FRAME_MS = 100.0
"""How long a recorded append is whose audio the recorder cut short."""
SHORTEST_WHOLE = 400
"""Base64 of less than this was cut short: nobody sends frames below 6 ms."""
_IGNORED = ("event_id", "audio")


@dataclass(frozen=True, slots=True)
class Line:
    """One event of a recording: `sent` by the client, or received from the server."""

    sent: bool
    event: Mapping[str, Any]
    at_ms: float | None = None
    """When it was on the wire, on any clock; None where nobody wrote it down."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording; `bytes_per_ms` is that of the client's audio (PCM16 at 24 kHz: 48)."""

    lines: tuple[Line, ...]
    name: str = "recording"
    bytes_per_ms: float = 48.0

    def __post_init__(self) -> None:
        if not any(not line.sent for line in self.lines):
            raise UserError(f"{self.name} holds no event of an engine.", remedy="Give a capture with the engine's frames.")


def read_recording(path: Path) -> Recorded:
    """A file of lines such as `{"dir": "sent", "data": {…}}`; a direction that is neither sent nor received is left out."""
    try:
        texts = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")  # JSON may hold U+2028, which ends no line
    except OSError as problem:
        raise UserError(f"{path} cannot be read: {problem.strerror}.", remedy="Give a recorded session's file.") from problem
    except ValueError as problem:
        raise UserError(f"{path} is not UTF-8.", remedy="Give a recorded session's file.") from problem
    found = (_line(text, f"Line {number} of {path}") for number, text in enumerate(texts, 1))
    return Recorded(tuple(line for line in found if line is not None), path.name)


def _line(text: str, where: str) -> Line | None:
    try:
        record = json.loads(text)
        at_ms = record.get("at_ms")
        if record["dir"] not in ("sent", "received"):
            return None
        return Line(record["dir"] == "sent", dict(record["data"]), None if at_ms is None else float(at_ms))
    except (ValueError, KeyError, TypeError) as problem:
        remedy = 'Each line is like {"dir": "sent", "data": {"type": …}}.'
        raise UserError(f"{where} is not an event of a recorded session.", remedy=remedy) from problem


@dataclass(slots=True)
class Playback:
    """One session that follows a recording. `expires_at` stands in for the recorded one, which has long passed."""

    recorded: Recorded
    expires_at: int
    differences: list[str] = field(default_factory=list)
    """What the client said otherwise, in words."""
    pauses_ms: list[float] = field(default_factory=list)
    """Of what was served last: how long after the event before, of whoever's, each came in the recording."""
    _at: int = 0
    _credit_ms: float = 0.0

    def opened(self) -> list[Event]:
        """What the server says before the client says anything."""
        self.pauses_ms = []
        return self._served()

    def heard(self, event: Mapping[str, Any]) -> list[Event]:
        """What the server says to an event of the client."""
        self.pauses_ms = []
        if event.get("type") == APPEND:
            return self._appended(event)
        place = self._next(skip_audio=True)
        expected = None if place is None else self.recorded.lines[place].event
        if expected is None or place is None or expected.get("type") != event.get("type"):
            return [self._unexpected(event, expected)]
        self._note(expected, event)
        self._at = place + 1
        self._credit_ms = 0.0
        return self._served()

    @property
    def over(self) -> bool:
        """Whether the recording has been played to its end."""
        return self._at >= len(self.recorded.lines)

    def _appended(self, event: Mapping[str, Any]) -> list[Event]:
        self._credit_ms += self._length_ms(event)
        served: list[Event] = []
        while (place := self._next(skip_audio=False)) is not None:
            expected = self.recorded.lines[place].event
            due = self._length_ms(expected)
            same = expected.get("audio") == event.get("audio")
            if expected.get("type") != APPEND or (self._credit_ms < due and not same):
                break
            self._credit_ms = 0.0 if same else self._credit_ms - due
            self._at = place + 1
            served += self._served()
            if same:
                break
        return served

    def _length_ms(self, event: Mapping[str, Any]) -> float:
        audio = event.get("audio")
        size = len(audio) if isinstance(audio, str) else 0
        return FRAME_MS if size < SHORTEST_WHOLE else size * 3 / 4 / self.recorded.bytes_per_ms

    def _next(self, *, skip_audio: bool) -> int | None:
        """Where the client's next event is; None when it has none left."""
        for place in range(self._at, len(self.recorded.lines)):
            line = self.recorded.lines[place]
            if line.sent and not (skip_audio and line.event.get("type") == APPEND):
                return place
        return None

    def _served(self) -> list[Event]:
        """What the server says up to the client's next event."""
        served: list[Event] = []
        while not self.over and not self.recorded.lines[self._at].sent:
            self.pauses_ms.append(self._since_the_one_before(self._at))
            served.append(self._renewed(self.recorded.lines[self._at].event))
            self._at += 1
        return served

    def _since_the_one_before(self, place: int) -> float:
        lines = self.recorded.lines
        at, before = lines[place].at_ms, lines[place - 1].at_ms if place else None
        return 0.0 if at is None or before is None else max(0.0, at - before)

    def _renewed(self, event: Mapping[str, Any]) -> Event:
        session = event.get("session")
        if isinstance(session, Mapping) and "expires_at" in session:
            return {**event, "session": {**session, "expires_at": self.expires_at}}
        return dict(event)

    def _unexpected(self, event: Mapping[str, Any], expected: Mapping[str, Any] | None) -> Event:
        wanted = "nothing more" if expected is None else f"{expected.get('type')}"
        sentence = f"{self.recorded.name} has {wanted} where the client said {event.get('type')}."
        self.differences.append(sentence)
        event_id = event.get("event_id")
        refusal = errors.Refusal(sentence, code="recording_mismatch", param="type")
        return error(refusal.body(event_id if isinstance(event_id, str) else None))

    def _note(self, expected: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        for path in different(expected, event):
            self.differences.append(f"{event['type']}: {path} differs from {self.recorded.name}.")


def different(expected: Any, actual: Any, path: str = "") -> Iterable[str]:
    """The paths at which two JSON values differ; ids that a client may choose do not count."""
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        for name in [*expected, *(name for name in actual if name not in expected)]:
            if name not in _IGNORED:
                yield from different(expected.get(name), actual.get(name), f"{path}.{name}" if path else name)
    elif isinstance(expected, Sequence) and isinstance(actual, Sequence) and not isinstance(expected, str):
        if len(expected) != len(actual):
            yield path
        for number, (one, other) in enumerate(zip(expected, actual, strict=False)):
            yield from different(one, other, f"{path}[{number}]")
    elif expected != actual:
        yield path
