"""Several agents in one call: what the engine is told when another one answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.agents import Agents
from voiceagent.call.policies import AgentPolicy
from voiceagent.call.tools import builtin_tools
from voiceagent.testing.factories import begun, engine_setup, opening, session_settings, tool_call
from voiceagent.testing.rehearsal import Rehearsal

PAY = c.ToolSpec("pay", "Pays.", {"type": "object", "properties": {}})
BILLING = AgentPolicy(instructions="You do bills.", tools=(PAY,), description="bills and payments")
TECH = AgentPolicy(instructions="You mend things.", voice="verse")
AGENTS = {"billing": BILLING, "tech": TECH}


def agents(**changes: Any) -> Agents:
    settings = session_settings(agent="desk", agents=AGENTS, **changes)
    return Agents(settings, builtin_tools(settings.targets))


def names(setup: c.EngineSetup) -> list[str]:
    return [spec.name for spec in setup.tools]


def test_the_first_agent_has_its_tools_ours_and_a_way_to_each_other() -> None:
    setup = agents().setup
    assert names(setup) == ["lookup_order", "request_transfer", "end_call", "hand_to_billing", "hand_to_tech"]
    assert setup.instructions == "Be brief."
    assert "bills and payments" in setup.tools[3].description


def test_without_further_agents_there_is_no_way_to_any() -> None:
    alone = Agents(session_settings(), builtin_tools({}))
    assert names(alone.setup) == ["lookup_order", "end_call"]
    assert (alone.has("agent"), alone.meant("hand_to_agent"), alone.knows("anything")) == (False, None, True)


def test_another_agent_has_its_own_prompt_and_tools_and_a_way_back() -> None:
    call = agents(targets={})
    revised, noted = call.hand_to("billing")
    assert isinstance(revised, c.ReviseEngine)
    assert (revised.instructions, revised.voice) == ("You do bills.", None)
    assert [spec.name for spec in revised.tools or ()] == ["pay", "end_call", "hand_to_desk", "hand_to_tech"]
    assert noted == c.AgentChangedNoted("billing")
    assert call.setup.instructions == "You do bills."


def test_a_voice_changes_apart_from_the_rest_and_only_if_it_is_another() -> None:
    call = agents()
    assert c.ReviseEngine(voice="verse") in call.hand_to("tech")
    assert c.ReviseEngine(voice="alloy") in call.hand_to("desk")
    assert c.ReviseEngine(voice="alloy") not in call.hand_to("billing")


@pytest.mark.parametrize(
    ("tool", "agent"), [("hand_to_billing", "billing"), ("hand_to_desk", None), ("hand_to_nobody", None), ("lookup", None)]
)
def test_a_way_leads_to_another_agent_that_there_is(tool: str, agent: str | None) -> None:
    assert agents().meant(tool) == agent


def play(*happened: tuple[float, e.Event], **changes: Any) -> list[c.Command]:
    call = Rehearsal(session_settings(agent="desk", agents=AGENTS, silence_after_ms=None, **changes))
    call.start()
    call.play(opening())
    first = len(call.log)
    call.play(happened)
    return [command for _, command in call.log[first:]]


def test_the_model_hands_the_conversation_on_and_goes_on_as_the_other() -> None:
    out = play(*tool_call("hand_to_billing", '{"reason":"bill"}', reply_id="r1", tool_call_id="t1", at_ms=100))
    kinds = [type(command) for command in out]
    assert kinds == [c.ReviseEngine, c.AgentChangedNoted, c.GiveToolResult, c.ToolNoted, c.AskForReply]
    assert json.loads(next(one.output for one in out if isinstance(one, c.GiveToolResult)))["agent"] == "billing"


def test_a_tool_of_the_users_may_hand_it_on() -> None:
    out = play(
        *tool_call("lookup_order", "{}", reply_id="r1", tool_call_id="t1", at_ms=100),
        (200, e.ToolReturned("t1", "ok", '{"agent":"tech"}', 5.0, "tech")),
    )
    assert c.AgentChangedNoted("tech") in out
    assert out[-1] == c.AskForReply()


def test_a_tool_that_hands_it_to_nobody_is_told_to_the_developer() -> None:
    call = begun(agent="desk", agents=AGENTS)
    call.errands.called(e.ToolCalled("r1", "i", "t1", "lookup_order", "{}"), 0)
    call.parts.take()
    call.errands.returned(e.ToolReturned("t1", "ok", "{}", 1.0, "sales"), 10)
    [warned] = [one for one in call.parts.take() if isinstance(one, c.Warned)]
    assert warned.code == "agent_unknown"


def test_a_tool_of_another_agent_is_refused_without_running() -> None:
    out = play(*tool_call("pay", "{}", reply_id="r1", tool_call_id="t1", at_ms=100))
    assert not any(isinstance(command, c.RunTool) for command in out)
    given = next(one for one in out if isinstance(one, c.GiveToolResult))
    assert json.loads(given.output) == {"error": "pay is not a tool of desk"}


def test_the_setup_without_a_voice_keeps_the_one_that_speaks() -> None:
    call = agents(setup=engine_setup(voice=None))
    assert [type(one) for one in call.hand_to("billing")] == [c.ReviseEngine, c.AgentChangedNoted]
