"""What is done with a call that rings, before anything is answered: rules over who calls whom, when, and how busy we are. Pure.

The rules are the author's, the first that fits decides; without one the call is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from voiceagent.config.hours import read_span
from voiceagent.config.reception import AnswerRule, AnswerSection
from voiceagent.protocol.event_grid import IncomingCall
from voiceagent.protocol.identifiers import Identifier


@dataclass(frozen=True, slots=True)
class Decision:
    """`to`: the target that a redirected caller is sent to. `why`: a word for the report."""

    do: Literal["accept", "busy", "forbidden", "redirect"]
    to: str = ""
    why: str = ""


ACCEPT = Decision("accept")


def decide(answer: AnswerSection, incoming: IncomingCall, *, now: float, calls: int) -> Decision:
    """`now` is Unix time in seconds, `calls` how many are going on."""
    local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(answer.timezone))
    for rule in answer.rules:
        if _fits(rule, incoming, local, calls):
            return ACCEPT if rule.do == "accept" else Decision(rule.do, rule.to, "rule")
    return ACCEPT


def over_the_limit(answer: AnswerSection, verdict: str) -> Decision:
    """A caller for whom there is no room: elsewhere, when the author named a place, or busy."""
    return Decision("redirect", answer.overflow, verdict) if answer.overflow else Decision("busy", why=verdict)


def _fits(rule: AnswerRule, incoming: IncomingCall, local: datetime, calls: int) -> bool:
    return (
        _matches(rule.caller, incoming.from_)
        and _matches(rule.called, incoming.to)
        and (not rule.during or _within(rule.during, local))
        and (not rule.outside or not _within(rule.outside, local))
        and (rule.calls_over is None or calls > rule.calls_over)
    )


def _matches(patterns: Sequence[str], who: Identifier) -> bool:
    """Names of a participant: the number, the raw id, and `anonymous` for one who hides it."""
    number = who.phone_number
    hidden = who.kind == "phoneNumber" and number is None
    names = [who.raw_id.shown, *([number.shown] if number else []), *(["anonymous"] if hidden else [])]
    return not patterns or any(_matches_one(pattern, name) for pattern in patterns for name in names)


def _matches_one(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _within(spans: Sequence[str], local: datetime) -> bool:
    return any(span is not None and span.holds(local) for span in map(read_span, spans))
