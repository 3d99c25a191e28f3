"""Keys and further agents, as they may be written."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from voiceagent.config.keypad import AgentEntry, KeysSection
from voiceagent.config.schema import Settings


def test_a_menu_has_keys_of_a_telephone() -> None:
    section = KeysSection.model_validate({"menu": {"0": {"say": "Hello."}, "#": {}}})
    assert section.menu["0"].say == "Hello."


@pytest.mark.parametrize("menu", [{"00": {}}, {"x": {}}, {"": {}}, {"1": {"what": 1}}])
def test_other_keys_and_other_things_are_refused(menu: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        KeysSection.model_validate({"menu": menu})


def test_an_agent_needs_a_prompt_and_a_name_that_a_tool_may_have() -> None:
    with pytest.raises(ValidationError):
        AgentEntry.model_validate({"prompt": ""})
    with pytest.raises(ValidationError):
        Settings.model_validate({"agents": {"Billing Desk": {"prompt": "billing.md"}}})
