"""All rules in the order in which they are believed, and what they make of a call: the cause, and what else is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from voiceagent.rca import answering, ending, engine, media
from voiceagent.rca.phases import Phase, phases_of
from voiceagent.rca.rule import Explanation, Rule
from voiceagent.rca.story import Story

GROUPS: tuple[tuple[Rule, ...], ...] = (
    ending.BEFORE,
    media.TOKENS,
    answering.RULES,
    engine.RULES,
    media.RULES,
    ending.TRANSFERS,
    ending.RULES,
    ending.BESIDE,
)
"""Tokens that were turned away come first: a call without its reports and its sound fails in many ways afterwards. Then what
kept it from being answered, the engine from talking, and sound from flowing; last how such calls end anyway. Of a group the
first that fits is told: the later ones are more general."""

UNKNOWN = Explanation(
    "unknown", "The records do not tell why", "look at the last seconds of the capture: `voiceagent captures show`", ()
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a call. `others` are further things that the records show, less weighty than the cause."""

    call_id: str
    correlation_id: str
    phases: tuple[Phase, ...]
    cause: Explanation
    others: tuple[Explanation, ...]

    def json(self) -> dict[str, Any]:
        """The shape promised to programs."""
        return {
            "call_id": self.call_id,
            "correlation_id": self.correlation_id or None,
            "phases": [phase.json() for phase in self.phases],
            "cause": self.cause.json(),
            "others": [other.json() for other in self.others],
        }


def rules() -> Sequence[Rule]:
    """Every rule there is."""
    return [rule for group in GROUPS for rule in group]


def explain(story: Story) -> Verdict:
    """The cause of what happened in a call, and whatever else fits."""
    found = [explanation for group in GROUPS if (explanation := _first(group, story)) is not None]
    cause, others = (found[0], found[1:]) if found else (UNKNOWN, [])
    return Verdict(story.call_id, story.correlation_id, phases_of(story), cause, tuple(others))


def _first(group: Sequence[Rule], story: Story) -> Explanation | None:
    return next((explanation for rule in group if (explanation := rule.explain(story)) is not None), None)
