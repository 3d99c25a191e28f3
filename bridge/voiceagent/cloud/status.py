"""How everything that is wanted stands at present, for people and programs. Only asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.cloud.make import Site, make_plan
from voiceagent.cloud.plan import Step
from voiceagent.cloud.resource import Resource


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of `provision status`."""

    kind: str
    name: str
    state: str
    """`ready`, `differs` or `missing`."""
    detail: str
    ours: bool
    """Whether `destroy` would remove it."""

    def facts(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {"kind": self.kind, "name": self.name, "state": self.state, "detail": self.detail, "made_by_us": self.ours}


async def status(site: Site) -> tuple[list[Standing], tuple[str, ...]]:
    """All lines, and what else is to be known."""
    planned = await make_plan(site)
    made = [one for one in site.journal.made() if one.kind != "provider"]  # what is registered stays registered
    ours = {one.key for one in made} | {f"number:{one.gives['number.number']}" for one in made if "number.number" in one.gives}
    lines = [_standing(step, ours, planned.known) for step in planned.plan.steps if step.resource.kind != "search"]
    return lines, planned.plan.notes


def _standing(step: Step, ours: set[str], known: Mapping[str, str]) -> Standing:
    one = step.resource
    state = {"create": "missing", "update": "differs"}.get(step.action, "ready")
    detail = step.why if state != "ready" else _detail(one, known) or step.why
    return Standing(one.kind, one.name, state, detail, one.key in ours)


def _detail(one: Resource, known: Mapping[str, str]) -> str:
    match one.kind:
        case "number" if known.get("number.number") != one.name:
            return known.get("number.number", "")
        case "acs":
            return known.get("acs.id", "")
        case "voice_live":
            return known.get("voice_live.endpoint", "")
        case "event_subscription":
            properties = one.body["properties"]
            return f"to {str(properties['destination']['properties']['endpointUrl']).partition('?')[0]}"
        case _:
            return ""
