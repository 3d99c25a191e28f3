"""Where two runs of a call part: the first command that differs, told so that a person sees what happened."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.replay.masked import Plain

WINDOW_MS = 5_000.0
"""How far from a difference the same command is looked for: farther away it is another command that looks alike."""

CONTEXT = 5
"""Commands shown before the difference."""

_SHOWN = 160  # characters of one value: instructions are pages


@dataclass(frozen=True, slots=True)
class Timed:
    """A command and when it went out."""

    at_ms: float
    command: Plain


@dataclass(frozen=True, slots=True)
class Difference:
    """The first one. `expected` is None when nothing was, `actual` when nothing came.

    `event` is what the session had just been told; `context` went out before, the same in both runs. `nearest` and `changed`
    are sentences for people: where the missing command is instead, and which fields are not alike.
    """

    at_ms: float
    event: Plain | None
    expected: Plain | None
    actual: Plain | None
    context: tuple[Timed, ...] = ()
    nearest: tuple[str, ...] = ()
    changed: tuple[str, ...] = field(default=())

    def json(self) -> dict[str, Any]:
        """As programs get it."""
        return {
            "at_ms": round(self.at_ms, 3),
            "event": self.event,
            "expected": self.expected,
            "actual": self.actual,
            "context": [{"at_ms": round(one.at_ms, 3), **one.command} for one in self.context],
            "nearest": list(self.nearest),
            "fields": list(self.changed),
        }


class Comparing:
    """Give it what was wanted then and is wanted now for one event after the other; read `first` at the end."""

    def __init__(self) -> None:
        self.compared = 0
        """Commands of the capture that were compared."""
        self.differing = 0
        """Events that were answered differently."""
        self._before: deque[Timed] = deque(maxlen=CONTEXT)
        self._first: Difference | None = None
        self._then: list[Timed] = []
        self._now: list[Timed] = []

    def take(self, at_ms: float, event: Plain | None, expected: list[Plain], actual: list[Plain]) -> None:
        """One reaction, then and now."""
        self.compared += len(expected)
        if expected != actual:
            self.differing += 1
            if self._first is None:
                self._part(at_ms, event, expected, actual)
                return
        if self._first is not None:
            if at_ms <= self._first.at_ms + WINDOW_MS:
                self._then += [Timed(at_ms, one) for one in expected]
                self._now += [Timed(at_ms, one) for one in actual]
        elif expected:
            self._before.extend(Timed(at_ms, one) for one in expected)

    @property
    def first(self) -> Difference | None:
        """The first difference, with whatever was found around it."""
        first = self._first
        if first is None:
            return None
        nearest = [
            *_found("what was expected comes", first.expected, first.at_ms, self._now),
            *_found("what came was expected", first.actual, first.at_ms, self._then),
        ]
        return Difference(
            first.at_ms, first.event, first.expected, first.actual, first.context, tuple(nearest), tuple(_fields(first))
        )

    def _part(self, at_ms: float, event: Plain | None, expected: list[Plain], actual: list[Plain]) -> None:
        index = next((i for i, (then, now) in enumerate(zip(expected, actual, strict=False)) if then != now), None)
        if index is None:
            index = min(len(expected), len(actual))
        self._before.extend(Timed(at_ms, one) for one in expected[:index])
        then = expected[index] if index < len(expected) else None
        now = actual[index] if index < len(actual) else None
        self._first = Difference(at_ms, event, then, now, tuple(self._before))
        self._then = [Timed(at_ms, one) for one in expected[index:]]
        self._now = [Timed(at_ms, one) for one in actual[index:]]


def _found(what: str, command: Plain | None, at_ms: float, among: Iterable[Timed]) -> list[str]:
    if command is None:
        return []
    found = next((one for one in among if one.command == command), None)
    if found is None:
        return [f"{what} nowhere in the next {WINDOW_MS / 1000:g} s: {command['type']}"]
    later = found.at_ms - at_ms
    when = f"{later:.0f} ms later" if later else "at the same time, in another order"
    return [f"{what} {when}: {command['type']}"]


def _fields(difference: Difference) -> list[str]:
    then, now = difference.expected, difference.actual
    if then is None or now is None or then["type"] != now["type"]:
        return []
    return unlike(then["fields"], now["fields"])


def unlike(then: Any, now: Any, path: str = "") -> list[str]:
    """The members in which two JSON values differ, as sentences."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        names = list(dict.fromkeys([*then, *now]))
        return [line for name in names for line in _member(then, now, name, f"{path}.{name}" if path else str(name))]
    if isinstance(then, (list, tuple)) and isinstance(now, (list, tuple)) and len(then) == len(now):
        return [line for i, pair in enumerate(zip(then, now, strict=True)) for line in unlike(*pair, path=f"{path}[{i}]")]
    return [] if then == now else [f"{path}: {short(then)} → {short(now)}"]


def _member(then: Mapping[str, Any], now: Mapping[str, Any], name: str, path: str) -> list[str]:
    if name not in now:
        return [f"{path}: {short(then[name])} → (absent)"]
    if name not in then:
        return [f"{path}: (absent) → {short(now[name])}"]
    return unlike(then[name], now[name], path)


def short(value: Any) -> str:
    """A JSON value on one line, cut where it gets long."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
