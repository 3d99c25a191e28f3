"""A deployment carried out, in the order in which no call is lost, and undone when it fails.

Everything the new revision needs comes first; it is waited for and asked whether it takes calls; then new calls go to it; Event
Grid is pointed last. If any of that fails, calls go where they went before. Old revisions end when their calls have.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voiceagent.cloud.containers.build import build
from voiceagent.cloud.containers.context import packed
from voiceagent.cloud.containers.plan import Deployment, get
from voiceagent.cloud.containers.revisions import Ask, Revision, Revisions, asking
from voiceagent.cloud.containers.words import Resource
from voiceagent.cloud.pointing import open_pointing, why_none
from voiceagent.cloud.spoken import nth
from voiceagent.errors import RemoteError

if TYPE_CHECKING:
    from voiceagent.cloud.azure import Azure
    from voiceagent.cloud.pointing import Pointing
    from voiceagent.config.schema import Settings

_log = logging.getLogger(__name__)

Say = Callable[[str], None]
OpenPointing = Callable[["Settings"], Awaitable["Pointing | None"]]


@dataclass(slots=True)
class Progress:
    """Tells each change of the plan when it begins, and the how manieth it is."""

    say: Say
    count: int
    begun: int = 0

    def begin(self, kind: str, name: str) -> None:
        """Tell that the next change is being made, and its place in their number."""
        self.begun += 1
        self.say(f"{nth(self.begun, self.count, kind, name)} ...")


@dataclass(frozen=True, slots=True)
class Applied:
    """What is there now. `pointed` empty: Event Grid was not moved, and `note` tells why. `left`: revisions with calls."""

    url: str
    revision: str
    changed: tuple[str, ...]
    pointed: str
    note: str
    left: tuple[str, ...]


async def apply(
    azure: Azure,
    deployment: Deployment,
    *,
    say: Say = lambda _: None,
    ask: Ask | None = None,
    pointing: OpenPointing | None = None,
) -> Applied:
    """Do what the steps of the deployment say. Run again after a failure it goes on where it stopped."""
    revisions = Revisions(azure, deployment.known.group, deployment.app, ask or asking(deployment.settings.cloud.arm_endpoint))
    before = await revisions.all()
    progress = Progress(say, sum(step.action in ("create", "update") for step in deployment.steps()))
    moves = not deployment.has_calls()
    changed = await _make(azure, deployment, progress)
    await _wake(revisions, deployment, before)
    url = f"https://{deployment.found['app']['properties']['configuration']['ingress']['fqdn']}"
    moved, pointed = False, ""
    where = await (pointing or open_pointing)(deployment.settings)
    try:
        ready = await revisions.until_ready(deployment.revision, say=say)
        await revisions.answers(ready.host)
        if moves:
            progress.begin("calls", deployment.revision)
        await revisions.give_calls_to([(deployment.revision, 100)])
        moved = True
        if where is not None:
            if moves:
                progress.begin("event_subscription", f"to {url}")
            await where.point(url)
            pointed = url
    except BaseException:  # raised again, Ctrl-C too: calls go back to where they were answered
        await _undo(revisions, deployment, before, where, moved=moved, say=say)
        raise
    finally:
        if where is not None:
            await where.close()
    old = [one.name for one in await revisions.all() if one.name != deployment.revision]
    left = await revisions.end_without_calls(old, minutes=deployment.settings.deploy.drain_minutes, say=say)
    note = "" if where is not None else why_none(deployment.settings)
    return Applied(url, deployment.revision, tuple(changed), pointed, note, tuple(left))


async def _make(azure: Azure, deployment: Deployment, progress: Progress) -> list[str]:
    """Everything that is wanted and not there; returns the names of what was made or changed."""
    known, changed = deployment.known, []
    for name in deployment.unregistered:
        progress.begin("provider", name)
        await azure.asked(azure.resources.providers.register(name), f"register the resource provider {name}")
        changed.append(name)
    if not deployment.has_group:
        progress.begin("resource_group", known.group)
        await azure.asked(
            azure.resources.resource_groups.create_or_update(known.group, deployment.group_body()),
            "make the resource group",
        )
        changed.append(known.group)
    known.answers.update(deployment.found)
    for resource in known.wanted.resources:
        if resource.there or deployment.hangs_on_nothing(resource):
            continue
        if resource.symbol == "app":
            changed += await _image(azure, deployment, progress)
        body = deployment.body(resource, known)
        if resource.symbol in deployment.found and deployment.is_done(resource, body):
            continue
        name = deployment.name_of(resource, known)
        progress.begin(resource.type, name)
        made = await _put(azure, known.id_of(resource), resource, body)
        deployment.found[resource.symbol] = known.answers[resource.symbol] = made
        changed.append(name)
    return changed


async def _image(azure: Azure, deployment: Deployment, progress: Progress) -> list[str]:
    known = deployment.known
    known.values = {**known.values, "image": deployment.image()}
    if not deployment.builds or deployment.is_built():
        return []
    image = deployment.image().partition("/")[2]
    registry = str(known.wanted.named("registry").name)
    archive = packed(dict(deployment.content))
    progress.begin("image", image)
    await build(azure, group=known.group, registry=registry, image=image, archive=archive, say=progress.say)
    return [image]


async def _put(azure: Azure, resource_id: str, resource: Resource, body: dict[str, Any]) -> dict[str, Any]:
    """Make it, wait until it is made, and return it as Azure shows it."""
    what = f"make {resource.type.rsplit('/', 1)[-1]} {resource_id.rsplit('/', 1)[-1]}"
    try:
        poller = await azure.asked(
            azure.resources.resources.begin_create_or_update_by_id(resource_id, body, api_version=resource.api_version), what
        )
        await azure.asked(poller.result(), what)
    except RemoteError as error:
        if error.code != "RoleAssignmentExists":  # made by somebody else, under another name
            raise
        return {}
    return await get(azure, resource_id, resource.api_version) or {}


async def _wake(revisions: Revisions, deployment: Deployment, before: list[Revision]) -> None:
    """A revision that was ended because it failed has the same name when nothing was changed since."""
    active = {one.name for one in await revisions.all()}
    if deployment.revision not in active and before:
        await revisions.wake(deployment.revision)


async def _undo(
    revisions: Revisions, deployment: Deployment, before: list[Revision], where: Pointing | None, *, moved: bool, say: Say
) -> None:
    """Calls go where they went before. What cannot be undone is told; the failure itself is what is raised."""
    others = [(one.name, one.traffic) for one in before if one.traffic and one.name != deployment.revision]
    try:
        if where is not None:
            await where.restore()
        if moved and others:
            await revisions.give_calls_to(others)
            say(f"Calls go to {', '.join(name for name, _ in others)} again.")
        if others:
            await revisions.end(deployment.revision)
    except RemoteError as error:
        _log.warning("not everything could be undone: %s", error)
