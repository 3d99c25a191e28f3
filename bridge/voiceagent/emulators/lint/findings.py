"""The findings of emulators that run together: told when they are new, counted when they are not, kept for reading.

The same rule broken again at the same place is counted, not told: an app that sends odd audio does so fifty times a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from voiceagent.emulators.lint.rule import Breach, Finding
from voiceagent.emulators.lint.rules import rule_of
from voiceagent.emulators.lint.shown import shown

KEPT = 1_000
"""Different findings; further ones are only counted."""

LOOKED_AT = 4_000
SHOWN = 200
"""Characters of a frame that are shown: enough to know it again."""


class Findings:
    """`strict` makes what is wrong fail: whoever reports a breach asks `report` whether to go on."""

    def __init__(self, *, strict: bool = False) -> None:
        self.strict = strict
        self.told: list[Finding] = []
        self.more = 0
        """Breaches beyond those kept; whether the same came twice is not known."""
        self._times: dict[tuple[str, str], int] = {}
        self._listeners: list[Callable[[Finding], None]] = []

    def listen(self, hear: Callable[[Finding], None]) -> None:
        """Hear of each new finding."""
        self._listeners.append(hear)

    def report(self, breaches: Iterable[Breach], where: str, frame: str | bytes = "") -> str:
        """Take note. Returns the sentence with which to refuse, "" when to go on."""
        refusal = ""
        where = shown(where)
        for breach in breaches:
            rule = rule_of(breach.rule)
            sentence = f"{rule.sentence} {shown(breach.detail)}".rstrip()  # a refusal may quote what was asked
            refusal = refusal or (sentence if self.strict and rule.severity == "error" else "")
            key = breach.rule, where
            if key not in self._times and len(self.told) >= KEPT:
                self.more += 1
                continue
            self._times[key] = self._times.get(key, 0) + 1
            if self._times[key] == 1:
                what = breach.frame or (frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame)
                self._tell(Finding(rule.id, rule.severity, where, beginning(what), sentence, rule.source))
        return refusal

    def clear(self) -> int:
        """Forget all; what is broken again is told again. Returns how many there were."""
        gone = len(self.told) + self.more
        self.told, self.more, self._times = [], 0, {}
        return gone

    def __bool__(self) -> bool:
        return bool(self.told)

    def json(self) -> dict[str, Any]:
        """For `GET /emulator/findings`."""
        return {
            "strict": self.strict,
            "findings": [{**one.json(), "times": self._times[one.rule, one.where]} for one in self.told],
            "more": self.more,
        }

    def _tell(self, finding: Finding) -> None:
        self.told.append(finding)
        for hear in self._listeners:
            hear(finding)


def beginning(frame: str) -> str:
    """As much as is shown, on one line."""
    line = shown(" ".join(frame[:LOOKED_AT].split()))
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}…"
