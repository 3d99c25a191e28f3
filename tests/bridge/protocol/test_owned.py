"""What is left of a message for an agent that decides for itself."""

from __future__ import annotations

import pytest

from voiceagent.protocol.owned import IN_AGENT_MODE, REFUSED, without_owned
from voiceagent.protocol.realtime import ClientEvent, ResponseCancel, ResponseCreate, SessionUpdate

TOOLS = {"tools": [{"name": "look_up"}], "tool_choice": "auto", "temperature": 0.7}


def test_settings_lose_what_the_agent_decides_and_keep_the_rest() -> None:
    said = SessionUpdate({"instructions": "Be kind.", "voice": {"name": "x"}, **TOOLS}, event_id="1")
    assert without_owned(said, IN_AGENT_MODE) == SessionUpdate({"voice": {"name": "x"}}, event_id="1")
    assert without_owned(said, REFUSED) == SessionUpdate({"voice": {"name": "x"}, **TOOLS}, event_id="1")
    assert without_owned(said, frozenset()) == said


def test_of_a_change_of_instructions_and_tools_nothing_is_left() -> None:
    assert without_owned(SessionUpdate({"instructions": "Now sell.", **TOOLS}), IN_AGENT_MODE) is None


def test_instructions_for_one_response_stand_beside_it() -> None:
    said = without_owned(ResponseCreate({"instructions": "Say hello."}, event_id="1"), IN_AGENT_MODE)
    assert said == ResponseCreate(None, "Say hello.", event_id="1")


@pytest.mark.parametrize(
    "message", [ResponseCreate(), ResponseCreate(None, "Ask."), ResponseCreate({"modalities": ["text"]}), ResponseCancel("r")]
)
def test_all_else_stays_as_it_is(message: ClientEvent) -> None:
    assert without_owned(message, IN_AGENT_MODE) == message
