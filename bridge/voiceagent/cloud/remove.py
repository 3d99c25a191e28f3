"""What we made, found again and removed, latest first: by the journal, and by our tag where there are tags.

What was there before us is never touched, and neither is what somebody else has put into our group.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from voiceagent.cloud.block import without_block
from voiceagent.cloud.kinds import KINDS
from voiceagent.cloud.make import Journalling, Site
from voiceagent.cloud.names import TAG, names_of
from voiceagent.cloud.plan import Plan, Step, removal
from voiceagent.cloud.rehearsal import request_of, watched
from voiceagent.cloud.resource import Resource, filled
from voiceagent.cloud.subscribed import subscribed_to
from voiceagent.cloud.survey import find, given_acs
from voiceagent.errors import UserError


async def plan_removal(site: Site) -> Plan:
    """The steps that `destroy` takes. Only asks."""
    azure, made = site.azure, _with_purge(site.journal.made())
    found: dict[str, Mapping[str, Any]] = {}
    known: dict[str, str] = {}
    ready: list[Resource] = []
    for one in made:
        at = _to_be_removed(filled(one, known))
        body = await find(azure, at, project=site.project, known=known)
        if body is not None:
            known |= one.gives
            found[one.key] = body
            if one.kind == "voice_live":
                found[_purge_of(one).key] = {}  # it will be among the deleted by then
        ready.append(at)
    for left in await _left_over(site, known, {one.key for one in ready}):
        found[left.key] = {}
        ready.append(left)
    plan = removal(ready, found, tag=(TAG, azure.settings.cloud.name))
    steps = [step for step in plan.steps if step.resource.kind != "resource_group"]
    notes = list(plan.notes)
    for group in (step for step in plan.steps if step.resource.kind == "resource_group"):
        others = await _others(site, group.resource, [step.resource for step in steps])
        if others:
            notes.append(
                f"The group {group.resource.name} also holds {', '.join(others)}, which we did not make, so it is left."
            )
        else:
            steps.append(group)
    return Plan(tuple([replace(step, request=await request_of(azure, step)) for step in steps]), tuple(notes))


async def _left_over(site: Site, known: Mapping[str, str], made: set[str]) -> list[Resource]:
    """Subscriptions of ours that the journal does not know: a bridge made them for its tunnel, and was killed with it."""
    names = names_of(site.azure.settings.cloud)
    try:
        acs_id = known.get("acs.id") or await given_acs(site.azure)
    except UserError:
        return []  # the resource that settings name is not in this subscription, so neither is anything of ours on it
    if not acs_id:
        return []
    found = []
    for one in await subscribed_to(site.azure, acs_id):
        at = {"scope": acs_id} if not one.topic else {"group": one.topic_group, "topic": one.topic}
        resource = Resource("event_subscription", one.name, {**at, "name": one.name})
        if one.is_ours and one.name in (names.incoming, names.recordings) and resource.key not in made:
            found.append(resource)
    return found


def _with_purge(made: list[Resource]) -> list[Resource]:
    """What stays restorable when it is deleted is purged too; before it in the order of making, so after it in ours."""
    found = []
    for one in made:
        if one.kind == "voice_live":
            found.append(_purge_of(one))
        found.append(one)
    return found


def _purge_of(account: Resource) -> Resource:
    return Resource("purge", account.name, account.at)


def _to_be_removed(one: Resource) -> Resource:
    if one.kind != "number":
        return one
    return replace(one, at={**one.at, "exactly": one.gives.get("number.number") or one.at.get("bought", "")})


async def _others(site: Site, group: Resource, going: list[Resource]) -> list[str]:
    """Names of what is in the group and is not ours to remove."""
    ours = {one.name.lower() for one in going}

    async def listing() -> list[Any]:
        resources = site.azure.resources.resources
        return [one async for one in resources.list_by_resource_group(group.at["group"])]

    found = await site.azure.asked(listing(), f"list what is in {group.name}")
    return sorted(str(one.name) for one in found if str(one.name).lower() not in ours)


async def remove(site: Site, plan: Plan, done: Callable[[Step], None] = lambda _: None) -> None:
    """Carry the plan out; `done` hears of each step. Interrupted and run again it goes on where it stopped."""
    for step in plan.changes:
        one = step.resource
        if one.kind == "settings":
            await asyncio.to_thread(_drop_block, site.project / ".env")
        else:
            remove_one = KINDS[one.kind].remove
            assert remove_one is not None
            with watched(site.azure, Journalling(site, step)):
                await remove_one(site.azure, one)
        if one.kind == "purge":
            site.journal.write("gone", f"voice_live:{one.name}", site.now())
        elif one.kind != "voice_live":  # gone when it is purged
            site.journal.write("gone", one.key, site.now())
        done(step)


def _drop_block(path: Path) -> None:
    if not path.is_file():
        return
    kept = without_block(path.read_text(encoding="utf-8"))
    if kept.strip():
        path.write_text(kept, encoding="utf-8")
    else:
        path.unlink()
