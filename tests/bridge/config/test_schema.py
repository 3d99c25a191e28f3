"""The settings themselves: complete, explained, closed."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from voiceagent.call.life import ENGINE_MS
from voiceagent.config.names import keys
from voiceagent.config.schema import EngineSection, Settings, ThinkerRule


def test_everything_has_a_default() -> None:
    assert Settings().engine.kind == "auto"


def test_every_setting_has_a_line_of_help() -> None:
    assert [name for name, key in keys().items() if not key.field.description] == []


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().bridge.port = 1  # type: ignore[misc]


def test_unknown_names_are_refused_everywhere() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        ThinkerRule.model_validate({"name": "a", "slots": {"b": {"kint": "digits"}}})


@pytest.mark.parametrize("name", ["Support", "1st", "a b"])
def test_a_transfer_target_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValidationError, match="pattern"):
        Settings.model_validate({"transfer": {"targets": {name: {}}}})


def test_a_call_does_not_give_its_engine_up_while_the_settings_still_wait_for_it() -> None:
    longest = next(rule.le for rule in EngineSection.model_fields["connect_timeout_seconds"].metadata if hasattr(rule, "le"))
    assert longest * 1000 < ENGINE_MS
