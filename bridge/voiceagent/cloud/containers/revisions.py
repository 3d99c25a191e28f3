"""Revisions of the app: waited for until they are fit for calls, given the new calls, and ended when they have none left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voiceagent.errors import RemoteError

if TYPE_CHECKING:
    from voiceagent.cloud.azure import Azure

READY_SECONDS = 300.0
ANSWER_SECONDS = 60.0
LOOK_SECONDS = 10.0
_SERVICE = "Azure Container Apps"
_NEVER_READY = {"Failed", "ProvisioningFailed", "Unhealthy"}

Ask = Callable[[str], Awaitable[tuple[int, dict[str, Any]]]]
"""GET of an address of the app: status (0 when it cannot be reached) and JSON."""


@dataclass(frozen=True, slots=True)
class Revision:
    """`calls` None: it does not say."""

    name: str
    host: str
    active: bool
    traffic: int
    replicas: int
    health: str
    image: str
    error: str = ""
    calls: int | None = None


class Revisions:
    """Those of one app."""

    def __init__(self, azure: Azure, group: str, app: str, ask: Ask) -> None:
        self._azure, self._group, self._app, self._ask = azure, group, app, ask

    async def all(self, *, with_calls: bool = False) -> list[Revision]:
        """Active ones, newest first; none when there is no app. `with_calls` asks each how many it has."""

        async def listed() -> list[Any]:
            found = self._azure.containers.container_apps_revisions.list_revisions(self._group, self._app)
            return [one async for one in found]

        try:
            shown = await self._azure.asked(listed(), "list the revisions of the app")
        except RemoteError as error:
            if error.status == 404:
                return []
            raise
        shown.sort(key=lambda one: str(one.properties.created_time or ""), reverse=True)
        found = [_revision(one) for one in shown if one.properties.active]
        return [await self._with_calls(one) for one in found] if with_calls else found

    async def until_ready(self, name: str, *, say: Callable[[str], None]) -> Revision:
        """Wait until a revision runs and is healthy. RemoteError with Azure's reason when it will not be."""
        say(f"Waiting for revision {name} ...")
        last = ""
        try:
            async with asyncio.timeout(READY_SECONDS):
                while True:
                    found = _revision(await self._one(name))
                    if found.health == "Healthy" and found.replicas > 0:
                        return found
                    last = found.error or found.health
                    if found.health in _NEVER_READY or found.error:
                        break
                    await asyncio.sleep(self._azure.poll_seconds)
        except TimeoutError:
            last = f"{last or 'not ready'} after {READY_SECONDS:g} s"
        raise RemoteError(
            f"revision {name} does not come up: {last}",
            service=_SERVICE,
            code="RevisionNotReady",
            remedy=f"`voiceagent deploy logs --revision {name}` shows what it says",
        )

    async def answers(self, host: str) -> None:
        """Ask the bridge itself whether it takes calls. RemoteError when it does not within a minute."""
        status = 0
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while (status := (await self._ask(f"https://{host}/readyz"))[0]) != 200:  # noqa: ASYNC110 - another machine
                    await asyncio.sleep(self._azure.poll_seconds)
        except TimeoutError:
            told = f"answers {status}" if status else "cannot be reached"
            raise RemoteError(
                f"https://{host}/readyz {told}",
                service="the deployed bridge",
                status=status or None,
                remedy="`voiceagent deploy logs` shows what it says",
            ) from None

    async def give_calls_to(self, weights: Sequence[tuple[str, int]]) -> None:
        """Share new calls among revisions, by name and percentage."""
        traffic = [{"revisionName": name, "weight": weight} for name, weight in weights]
        change: Any = {"properties": {"configuration": {"ingress": {"traffic": traffic}}}}
        poller = await self._azure.asked(
            self._azure.containers.container_apps.begin_update(self._group, self._app, change),
            "move the calls to the new revision",
        )
        await self._azure.asked(poller.result(), "move the calls to the new revision")

    async def wake(self, name: str) -> None:
        """Have a revision run again that was ended, as one is that failed before."""
        await self._azure.asked(
            self._azure.containers.container_apps_revisions.activate_revision(self._group, self._app, name),
            f"start revision {name}",
        )

    async def end(self, name: str) -> None:
        """Its replicas get SIGTERM, and their grace."""
        await self._azure.asked(
            self._azure.containers.container_apps_revisions.deactivate_revision(self._group, self._app, name),
            f"end revision {name}",
        )

    async def end_without_calls(self, names: Sequence[str], *, minutes: float, say: Callable[[str], None]) -> list[str]:
        """End each as soon as it has no call; returns those that still have some when the time is over."""
        left = list(names)
        try:
            async with asyncio.timeout(minutes * 60):
                while left:
                    for one in [one for one in await self.all(with_calls=True) if one.name in left]:
                        if not one.calls:
                            await self.end(one.name)
                            left.remove(one.name)
                            say(f"Revision {one.name} had no calls left; ended.")
                    left = [name for name in left if name in {one.name for one in await self.all()}]
                    if left:
                        say(f"{', '.join(left)} still has calls ...")
                        await asyncio.sleep(max(self._azure.poll_seconds, LOOK_SECONDS))
        except TimeoutError:
            return left
        return []

    async def _one(self, name: str) -> Any:
        return await self._azure.asked(
            self._azure.containers.container_apps_revisions.get_revision(self._group, self._app, name), "look at the revision"
        )

    async def _with_calls(self, revision: Revision) -> Revision:
        status, told = await self._ask(f"https://{revision.host}/readyz") if revision.host else (0, {})
        calls = told.get("calls_of_all", told.get("calls")) if status in (200, 503) else None
        return replace(revision, calls=calls if isinstance(calls, int) else None)


def _revision(shown: Any) -> Revision:
    properties = shown.properties
    containers = (properties.template.containers if properties.template else None) or []
    return Revision(
        name=str(shown.name),
        host=str(properties.fqdn or ""),
        active=bool(properties.active),
        traffic=int(properties.traffic_weight or 0),
        replicas=int(properties.replicas or 0),
        health=_word(properties.health_state),
        image=str(containers[0].image) if containers else "",
        error=str(properties.provisioning_error or ""),
    )


def _word(state: Any) -> str:
    return str(getattr(state, "value", state) or "None")


def asking(arm_endpoint: str) -> Ask:
    """How the deployed bridge is asked: over the internet as the telephony service does, or through an emulator's ingress."""
    emulated = arm_endpoint if urlsplit(arm_endpoint).scheme == "http" else ""

    async def ask(url: str) -> tuple[int, dict[str, Any]]:
        import httpx

        address = url.replace("https://", f"{emulated.rstrip('/')}/ingress/", 1) if emulated else url
        try:
            async with httpx.AsyncClient(timeout=10, trust_env=not emulated, follow_redirects=False) as http:
                answer = await http.get(address)
                told = answer.json()
        except httpx.HTTPError:
            return 0, {}
        except ValueError:
            return answer.status_code, {}
        return answer.status_code, told if isinstance(told, dict) else {}

    return ask
