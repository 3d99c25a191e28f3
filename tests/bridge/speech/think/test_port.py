"""The thinker's vocabulary."""

from __future__ import annotations

from voiceagent.speech.think.port import AgentSaid, CallerSaid, DigitsWanted, Item, Thinker
from voiceagent.testing.speech import ScriptedThinker


def test_typed_text_has_no_confidence() -> None:
    assert CallerSaid("hello").confidence is None


def test_items_compare_by_what_they_say() -> None:
    items: list[Item] = [AgentSaid("a"), CallerSaid("a")]
    assert items[0] != items[1]
    assert items[0] == AgentSaid("a")


def test_digits_wanted_were_asked_for_unless_told_otherwise() -> None:
    assert DigitsWanted().asked


def test_a_script_plays_the_role() -> None:
    thinker: Thinker = ScriptedThinker()
    assert not thinker.unfinished([], "")
