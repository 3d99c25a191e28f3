"""The steps between what is wanted and what is there: a pure difference, and how it is shown. Pure.

Each step that is no `keep` is one request that changes Azure (or, for the settings, one file), so that a plan shows exactly
what will be sent and a crash lies either before or after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from voiceagent.cloud.resource import Cost, Resource, differences
from voiceagent.cloud.wire import Request

Action = Literal["create", "update", "keep", "delete"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `why` is for people; `request` what will be sent, None for `keep` and for what stays on this machine."""

    action: Action
    resource: Resource
    why: str
    request: Request | None = None

    def facts(self) -> dict[str, Any]:
        """As `--json` prints it; `request` is None for what needs none."""
        cost = self.resource.cost if self.action == "create" else None
        return {
            "action": self.action,
            "kind": self.resource.kind,
            "name": self.resource.name,
            "cost": None if cost is None else cost.facts(),
            "request": self._request(),
            "why": self.why,
        }

    def _request(self) -> dict[str, Any] | None:
        if self.resource.kind == "settings" and self.action != "keep":
            return {"file": self.resource.name, "names": sorted(self.resource.body)}
        return None if self.request is None else self.request.facts()


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps in the order in which they are done, and what else is to be known."""

    steps: tuple[Step, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def changes(self) -> list[Step]:
        """The steps that change something."""
        return [step for step in self.steps if step.action != "keep"]

    @property
    def costs(self) -> list[Cost]:
        """What will be paid for from then on."""
        return [step.resource.cost for step in self.steps if step.action == "create" and step.resource.cost is not None]

    def facts(self) -> dict[str, Any]:
        """As `provision plan --json` prints it."""
        return {
            "steps": [step.facts() for step in self.steps],
            "changes": len(self.changes),
            "notes": list(self.notes),
        }


def difference(wanted: Iterable[Resource], found: Mapping[str, Mapping[str, Any]]) -> list[Step]:
    """What is to be done. `found` is by the key of each resource, as the service shows it."""
    wanted = list(wanted)
    have_number = any(one.kind == "number" and one.key in found for one in wanted)
    return [
        _step(one, found.get(one.key))
        for one in wanted
        if not (one.kind == "search" and have_number)  # nothing is searched for that is owned
        and not (one.kind == "settings" and not one.body and one.key not in found)  # nothing to write, nothing of ours there
    ]


def _step(resource: Resource, found: Mapping[str, Any] | None) -> Step:
    if found is None and resource.is_given:
        return Step("keep", resource, "named in the settings, though the resource does not own it")
    if found is None:
        return Step("create", resource, "not there yet" if resource.kind != "provider" else "not registered yet")
    if different := differences(resource.must, found):
        if resource.kind == "provider":
            return Step("create", resource, "not registered yet")
        return Step("update", resource, f"differs: {', '.join(_short(one) for one in different)}")
    return Step("keep", resource, _why_kept(resource))


def _why_kept(resource: Resource) -> str:
    if resource.kind == "search":
        return "found a moment ago, and still held for us"
    return "named in the settings" if resource.is_given else "as it should be"


def _short(path: str) -> str:
    """The last words of a path into a body."""
    return path.removeprefix("properties.")


def removal(made: Sequence[Resource], found: Mapping[str, Mapping[str, Any]], *, tag: tuple[str, str]) -> Plan:
    """The steps that remove what we made, latest first; what no longer carries our tag is left and named."""
    steps, notes = [], []
    for one in reversed(made):
        body = found.get(one.key)
        if body is None or one.kind in ("provider", "search"):
            continue
        if "tags" in one.body and (body.get("tags") or {}).get(tag[0]) != tag[1]:
            notes.append(f"The {one.kind} {one.name} no longer carries our tag {tag[0]}={tag[1]}, so it is left.")
            continue
        steps.append(Step("delete", one, "made by us"))
    return Plan(tuple(steps), tuple(notes))
