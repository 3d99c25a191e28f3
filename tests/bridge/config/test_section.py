from __future__ import annotations

import pytest
from pydantic import Field, ValidationError

from voiceagent.config.section import Section, env, secret


class Tea(Section):
    sugar: int = Field(1, json_schema_extra=env("SUGAR"))
    recipe: str = Field("", json_schema_extra=secret("RECIPE"))


def test_a_key_nobody_knows_is_refused_and_nothing_changes_later() -> None:
    with pytest.raises(ValidationError):
        Tea.model_validate({"suger": 2})
    with pytest.raises(ValidationError):
        Tea().sugar = 2  # type: ignore[misc]  # the very thing


def test_a_setting_knows_its_environment_names_and_whether_it_is_secret() -> None:
    extras = [field.json_schema_extra for field in Tea.model_fields.values()]
    assert extras == [{"env": ["SUGAR"]}, {"env": ["RECIPE"], "secret": True}]
