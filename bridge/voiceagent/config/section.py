"""What all sections of the settings have in common."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator


class Section(BaseModel):
    """Unknown keys are refused, so that a typing error does not become a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: Any, told: ValidationInfo) -> Any:
        """pydantic would take `true` for 1, in seconds as well as in calls."""
        if isinstance(value, bool) and told.field_name is not None:
            wanted = cls.model_fields[told.field_name].annotation
            kinds = {wanted, *get_args(wanted)}
            if kinds & {int, float} and bool not in kinds:
                raise ValueError("a number")
        return value


def env(*names: str) -> dict[str, Any]:
    """Further environment names of a setting, the well-known ones first."""
    return {"env": list(names)}


def secret(*names: str) -> dict[str, Any]:
    """The same for a setting that no file may hold."""
    return {"env": list(names), "secret": True}
