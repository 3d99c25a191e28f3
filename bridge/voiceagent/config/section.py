"""What all sections of the settings have in common."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Unknown keys are refused, so that a typing error does not become a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=False)


def env(*names: str) -> dict[str, Any]:
    """Further environment names of a setting, the well-known ones first."""
    return {"env": list(names)}


def secret(*names: str) -> dict[str, Any]:
    """The same for a setting that no file may hold."""
    return {"env": list(names), "secret": True}
