"""A rule: a cause as data (code, sentence, remedy), and the condition under which the records show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voiceagent.observe.logs import discreet_text
from voiceagent.rca.story import Fact, Story


@dataclass(frozen=True, slots=True)
class Hit:
    """The condition holds: the records that show it, and what the sentence is filled in with."""

    evidence: Sequence[Fact]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A cause that the records show."""

    code: str
    sentence: str
    remedy: str
    evidence: tuple[Fact, ...]

    def json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "code": self.code,
            "sentence": self.sentence,
            "evidence": [one.json() for one in self.evidence],
            "remedy": self.remedy,
        }


@dataclass(frozen=True, slots=True)
class Rule:
    """`when` looks at a call's story and returns what shows the cause, or None. `{names}` in the texts are its facts."""

    code: str
    when: Callable[[Story], Hit | None]
    sentence: str
    remedy: str

    def explain(self, story: Story) -> Explanation | None:
        """The cause, if the records show it."""
        hit = self.when(story)
        if hit is None:
            return None
        told = {name: discreet_text(str(value)) for name, value in hit.facts.items()}
        evidence = tuple(Fact(one.at_ms, one.what, discreet_text(one.text)) for one in hit.evidence[:MOST_EVIDENCE])
        return Explanation(self.code, self.sentence.format(**told), self.remedy.format(**told), evidence)


MOST_EVIDENCE = 8
"""A service that repeats itself a hundred times shows no more than the first few did."""


def when_any(evidence: Sequence[Fact], **facts: Any) -> Hit | None:
    """A hit when there is any evidence."""
    return Hit(evidence, facts) if evidence else None
