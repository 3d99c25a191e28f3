"""What a scenario may hold, in its short and long forms."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from voiceagent.scenarios import schema as s

ONE: TypeAdapter[Any] = TypeAdapter(s.Expectation)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"agent_says": "hi"}, s.AgentSays(agent_says=s.Phrase(containing="hi"))),
        ({"agent_says": 4271}, s.AgentSays(agent_says=s.Phrase(containing="4271"))),
        ({"agent_says": ["a", "b"], "within_ms": 900}, s.AgentSays(agent_says=s.Phrase(any_of=["a", "b"]), within_ms=900)),
        ({"agent_never_says": {"matching": "x+"}}, s.AgentNeverSays(agent_never_says=s.Phrase(matching="x+"))),
        ({"barge_in": 300}, s.BargesIn(barge_in=s.Interruption(stop_ms=300))),
        ({"barge_in": None}, s.BargesIn(barge_in=s.Interruption())),
        ({"barge_in": "none"}, s.BargesIn(barge_in="none")),
        ({"transfer": "busy"}, s.Transfers(transfer=s.TransferEnds(outcome="busy"))),
        ({"transfer": "none"}, s.Transfers(transfer="none")),
        ({"call_ended": "completed"}, s.CallEnds(call_ended=s.End(outcome="completed"))),
        (
            {"in_order": ["answered", {"tool": "x"}]},
            s.InOrder(in_order=[s.Moment(event="answered"), s.Moment(event="tool", named="x")]),
        ),
    ],
)
def test_short_forms_mean_the_long_ones(written: Any, meant: s.Part) -> None:
    assert ONE.validate_python(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        {"agent_says": ""},
        {"agent_says": {"matching": "("}},
        {"agent_says": {"containing": "a", "matching": "a"}},
        {"agent_says": "a", "tool": "b"},
        {"call_ended": "soon"},
        {"no_warnings": False},
        {"in_order": ["answered"]},
        {"in_order": ["answered", "sneezed"]},
        {},
        "hello",
    ],
)
def test_what_makes_no_sense_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError):
        ONE.validate_python(written)


def test_a_scenario_has_steps_or_a_persona() -> None:
    persona = {"who": "Ann", "goal": "an answer"}
    assert s.Scenario.model_validate({"steps": [{"say": "hi"}]}).persona is None
    assert s.Scenario.model_validate({"persona": persona}).steps == []
    for wrong in ({}, {"steps": [{"say": "hi"}], "persona": persona}):
        with pytest.raises(ValidationError, match="either steps"):
            s.Scenario.model_validate(wrong)


def test_every_kind_is_told_by_a_key_of_its_own() -> None:
    for key, kind in {**s.EXPECTATIONS, **s.STEPS}.items():
        assert key in kind.model_fields
