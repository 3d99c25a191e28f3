from __future__ import annotations

import pytest
from pydantic import Field, ValidationError

from voiceagent.config.section import Section, env, secret


class Tea(Section):
    sugar: int = Field(1, json_schema_extra=env("SUGAR"))
    minutes: float | None = None
    hot: bool | int = True
    recipe: str = Field("", json_schema_extra=secret("RECIPE"))


def test_a_key_nobody_knows_is_refused_and_nothing_changes_later() -> None:
    with pytest.raises(ValidationError):
        Tea.model_validate({"suger": 2})
    with pytest.raises(ValidationError):
        Tea().sugar = 2  # type: ignore[misc]  # the very thing


@pytest.mark.parametrize("given", [{"sugar": True}, {"minutes": False}])
def test_true_and_false_are_no_numbers(given: dict[str, bool]) -> None:
    with pytest.raises(ValidationError, match="a number"):
        Tea.model_validate(given)
    assert Tea.model_validate({"hot": True, "minutes": "3", "sugar": 2}).minutes == 3


def test_a_setting_knows_its_environment_names_and_whether_it_is_secret() -> None:
    extras = [field.json_schema_extra for field in Tea.model_fields.values()]
    assert [extra for extra in extras if extra] == [{"env": ["SUGAR"]}, {"env": ["RECIPE"], "secret": True}]
