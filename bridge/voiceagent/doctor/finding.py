"""What a check can find: the causes it knows, as data with their sentence and remedy, and what it found this time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voiceagent.discreet import without_secrets

Status = Literal["ok", "warning", "failed", "skipped"]
STATUSES: tuple[Status, ...] = ("ok", "warning", "failed", "skipped")


@dataclass(frozen=True, slots=True)
class Found:
    """What one check found. `remedy` is for people, `next_command` can be pasted, `code` names the cause."""

    status: Status
    detail: str
    remedy: str = ""
    next_command: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that may be wrong. `{names}` in its texts are filled in by `found`."""

    code: str
    status: Literal["warning", "failed"]
    sentence: str
    remedy: str
    next_command: str = ""

    def found(self, **facts: object) -> Found:
        """The cause as it was met. What looks like a secret in the facts is left out of every text."""
        told = {name: without_secrets(str(fact)) for name, fact in facts.items()}
        sentence, remedy, command = (text.format(**told) for text in (self.sentence, self.remedy, self.next_command))
        return Found(self.status, sentence, remedy, command, self.code)


def fine(detail: str, *, next_command: str = "") -> Found:
    """Nothing to complain about."""
    return Found("ok", without_secrets(detail), next_command=next_command)


def skipped(why: str, remedy: str = "", *, next_command: str = "") -> Found:
    """Not looked at, and why that is all right."""
    return Found("skipped", why, remedy, next_command)


@dataclass(frozen=True, slots=True)
class Checked:
    """A check that was made, with its place in the list."""

    number: int
    name: str
    status: Status
    detail: str
    remedy: str
    next_command: str
    code: str
