"""Declared tools, and what their secrets stand for."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from voiceagent.config.schema import Settings
from voiceagent.config.secrets import secret_values
from voiceagent.config.tools import ToolsSection, resolved
from voiceagent.discreet import Secret

DECLARED: dict[str, Any] = {
    "http": {"find": {"description": "Finds.", "url": "https://x", "headers": {"Authorization": "Bearer ${TOKEN}"}}},
    "mcp": {"crm": {"command": ["crm"], "env": {"KEY": "${CRM_KEY}${MISSING}"}}},
}


def section() -> ToolsSection:
    return ToolsSection.model_validate(DECLARED).with_references({"TOKEN": "sesame-1", "CRM_KEY": "sesame-2", "HOME": "/"})


def test_only_what_is_referred_to_is_taken_from_the_environment() -> None:
    assert section().references == {"TOKEN": "sesame-1", "CRM_KEY": "sesame-2"}


def test_what_a_name_stands_for_is_never_shown_or_written() -> None:
    known = section()
    assert "sesame" not in f"{known!r} {known.references} {known.model_dump()} {known.model_dump_json()}"


def test_captures_and_logs_are_told_what_to_hide() -> None:
    settings = Settings().model_copy(update={"tools": section()})
    assert {"sesame-1", "sesame-2"} <= set(secret_values(settings))


def test_a_reference_is_filled_in_and_a_missing_one_is_named() -> None:
    assert resolved("Bearer ${A}", {"A": Secret("x")}) == ("Bearer x", [])
    assert resolved("${A}-${B}", {"A": Secret("x")}) == ("x-", ["B"])
    assert resolved("plain $A", {}) == ("plain $A", [])


@pytest.mark.parametrize("name", ["", "9x", "a b", "a.b", "x" * 49])
def test_a_name_must_be_one_that_engines_take(name: str) -> None:
    with pytest.raises(ValidationError):
        ToolsSection.model_validate({"http": {name: {"description": "x", "url": "https://x"}}})
