"""A bridge in this process, with the emulators its settings call for: what `serve` and `call` have in common."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.errors import RemoteError
from voiceagent.local.emulators import Emulators, emulators
from voiceagent.local.need import Leg, needed
from voiceagent.local.own_voice import own_voice
from voiceagent.local.phone import Phone
from voiceagent.local.project import open_project, settings_of
from voiceagent.local.running import Running
from voiceagent.trust import authorities

if TYPE_CHECKING:
    from voiceagent.agent.project import AgentProject
    from voiceagent.config.schema import Settings
    from voiceagent.local.public_way import PublicWay
    from voiceagent.observe.feed import Feed
    from voiceagent.observe.report import ReportSink
    from voiceagent.server.observers import Observers
    from voiceagent.server.serve import Beside, Ready
    from voiceagent.tunnels.kept import Tunnel


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge that is ready for calls. `emulated` names the emulators beside it: `all`, `acs`, `voice-live` or ""."""

    ready: Ready
    running: Running
    page_url: str
    """The live page; opening it signs the browser in."""
    feed: Feed
    emulated: str
    lost: Callable[[], Coroutine[Any, Any, RemoteError]] | None = None
    """Waits until the emulators are gone; None without emulators."""
    tunnel: Tunnel | None = None
    """Through which the bridge is reached from outside; None when it needs none."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to serve: whose project, under which options, with what emulated beside it."""

    directory: Path
    flags: Mapping[str, Any]
    emulated: str
    env: Mapping[str, str]

    def load(self) -> AgentProject:
        """The project as its files are now."""
        return open_project(self.directory, settings_of(self.directory, flags=self.flags, emulated=self.env))


@asynccontextmanager
async def bridge(
    directory: Path,
    *,
    flags: Mapping[str, Any],
    phone: bool = False,
    leg: Leg = "acs",
    say: Callable[[str], None] = lambda _: None,
    emulate: Sequence[str] = (),
    beside: Emulators | None = None,
    also: Sequence[Path] = (),
    found: Callable[[Mapping[str, Any]], None] | None = None,
) -> AsyncIterator[Bridge]:
    """Serve the project while the block runs, on what its settings say and emulators for the rest.

    With `phone` the telephony side is emulated in any case, for calls over `leg`. `say` hears what takes a moment. `emulate` is
    further options for `voiceagent emulate`. `beside` are emulators that run already, the ones `needed` tells; none are started
    then. `also` are further projects, for the numbers in their settings; each gets an engine of its own where it needs an
    emulated one. `found` hears what the emulators' linter finds about this bridge.

    Leaving the block lets the bridge finish its calls.
    """
    settings = settings_of(directory, flags=flags).settings
    which = needed(settings, phone=phone, leg=leg)
    _check_tunnel(directory, _reachable(flags, which))
    async with AsyncExitStack() as stack:
        plan = Plan(directory, flags, which, _private(_phone_beside(settings), settings))
        house = beside if which else None
        if which and house is None:
            say("Starting the emulators ...")
            house = await stack.enter_async_context(emulators(which, project=directory, extra=emulate, told=found))
        if house is not None:
            env = _private(_phone_beside(settings) | dict(house.env), settings)
            plan = Plan(directory, _reachable(flags, which), which, env)
        others = [await stack.enter_async_context(_plan_beside(plan, one, say, emulate)) for one in also]
        way = await stack.enter_async_context(_way_out(plan, say))
        if way is not None:
            plan = replace(plan, flags={**plan.flags, "bridge.public_url": way.tunnel.url})
        served = await stack.enter_async_context(_served(plan, others))
        if way is not None:
            served = replace(served, tunnel=way.tunnel)
            await stack.enter_async_context(_through(way, served, plan, say))
        else:
            await _announced_here(served, plan)
        yield served if house is None else replace(served, lost=house.lost)


def _check_tunnel(directory: Path, flags: Mapping[str, Any]) -> None:
    """UserError for a tunnel that cannot be, before anything is started that would take its time."""
    from voiceagent.local.public_way import is_real_phone
    from voiceagent.tunnels.choice import choose

    settings = settings_of(directory, flags=flags).settings
    choose(settings, real_phone=is_real_phone(settings))


def _reachable(flags: Mapping[str, Any], which: str) -> dict[str, Any]:
    """An emulated phone is on this machine: it needs no public address, and a tunnel's must not be used for it."""
    here = {"bridge.public_url": "", "bridge.tunnel": "none"}
    return (here if which in ("all", "acs", "twilio") else {}) | {
        name: value for name, value in flags.items() if value is not None
    }


def _phone_beside(settings: Settings) -> dict[str, str]:
    """An ACS emulator that somebody else runs, as `voiceagent emulate --env` told: calls come from there."""
    return {"VOICEAGENT_EMULATOR_URL": settings.acs.emulator_url} if settings.acs.emulator_url else {}


def _private(env: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """The emulators' settings, and a secret that only they and this bridge know, unless the user has told one to others too."""
    secret = str.__str__(settings.acs.event_secret) or secrets.token_urlsafe(24)
    return {**env, "VOICEAGENT_EVENT_SECRET": secret} if "VOICEAGENT_EMULATOR_URL" in env else dict(env)


@asynccontextmanager
async def _plan_beside(first: Plan, directory: Path, say: Callable[[str], None], emulate: Sequence[str]) -> AsyncIterator[Plan]:
    """A further project on the telephony of the first; rules are a project's own, so an embedded engine is its own as well."""
    async with AsyncExitStack() as stack:
        env = dict(first.env)
        if needed(settings_of(directory).settings) in ("all", "voice-live"):
            say(f"Starting an engine for {directory} ...")
            house = await stack.enter_async_context(emulators("voice-live", project=directory, extra=emulate))
            env |= house.env
        yield Plan(directory, first.flags, first.emulated, env)


@asynccontextmanager
async def _served(plan: Plan, others: Sequence[Plan] = ()) -> AsyncIterator[Bridge]:
    from voiceagent.observe.journal import journal
    from voiceagent.server.dialling import answer_to
    from voiceagent.server.observers import observing
    from voiceagent.server.serve import engine_name, serve
    from voiceagent.workbench.serve import Workbench

    project = plan.load()
    stop = asyncio.Event()
    up: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
    with ExitStack() as watching:
        watching.enter_context(journal(plan.directory))
        observers = watching.enter_context(observing(project, engine=engine_name(project)))
        further = [await _beside(one, watching) for one in others]
        shared = _all_reports(observers, further) if further else observers.reports
        further = [replace(one, sinks=(shared, observers.feed)) for one in further]
        async with (
            Workbench(
                reports=shared,
                feed=observers.feed,
                store=observers.store,
                dial=lambda body: answer_to(body, up.result().dial),
            ) as workbench,
            asyncio.TaskGroup() as tasks,
        ):
            serving = tasks.create_task(
                serve(
                    project,
                    observers=observers,
                    sinks=(shared,) if further else (),
                    others=further,
                    reload=plan.load,
                    own_voice=own_voice(project.settings),
                    on_ready=up.set_result,
                    stop=stop,
                )
            )
            serving.add_done_callback(lambda _: up.cancel())  # it failed before it was ready; the group tells why
            ready = await up
            running = Running(
                pid=os.getpid(),
                port=ready.port,
                workbench_url=workbench.url,
                emulator_url=plan.env.get("VOICEAGENT_EMULATOR_URL", ""),
                token=workbench.token,
                twilio_url=plan.env.get("VOICEAGENT_TWILIO_API_URL", ""),
            )
            try:
                yield Bridge(ready, running, workbench.page_url, observers.feed, plan.emulated)
            finally:
                stop.set()


async def _beside(plan: Plan, watching: ExitStack) -> Beside:
    """A further agent, with captures and reports in its own folder."""
    from voiceagent.server.observers import observing
    from voiceagent.server.serve import Beside, engine_name

    project = plan.load()
    return Beside(project, watching.enter_context(observing(project, engine=engine_name(project))), plan.load)


def _all_reports(first: Observers, others: Sequence[Beside]) -> ReportSink:
    """The calls of all agents, for the live page and for whoever placed one."""
    from voiceagent.observe.report import ReportSink

    everybody = (first, *(one.observers for one in others))

    def capture_of(call_id: str) -> str | None:
        reports = (one.reports.report(call_id) for one in everybody)
        return next((report["capture"] for report in reports if report is not None), None)

    def not_captured(call_id: str) -> str:
        reports = (one.reports.report(call_id) for one in everybody)
        warnings = chain.from_iterable(report["warnings"] for report in reports if report is not None)
        return next((one["sentence"] for one in warnings if one["code"] == "capture_not_written"), "")

    return ReportSink(capture_of=capture_of, not_captured=not_captured)


def _way_out(plan: Plan, say: Callable[[str], None]) -> AbstractAsyncContextManager[PublicWay | None]:
    """The tunnel that the settings want."""
    from voiceagent.config.load import data_folder
    from voiceagent.local.public_way import public_way

    loaded = settings_of(plan.directory, flags=plan.flags, emulated=plan.env)
    return public_way(loaded.settings, data=data_folder(loaded.environment), home=Path.home(), say=say)


@asynccontextmanager
async def _through(way: PublicWay, served: Bridge, plan: Plan, say: Callable[[str], None]) -> AsyncIterator[None]:
    """Calls are announced at the tunnel's address, and where they were before when the block ends."""
    from voiceagent.local.announcing import announcers, looks_in_azure
    from voiceagent.local.public_way import led_here

    settings = settings_of(plan.directory, flags=plan.flags, emulated=plan.env).settings
    running, azure = served.running, looks_in_azure(settings)
    async with announcers(settings, emulator_url=running.emulator_url, twilio_url=running.twilio_url, azure=azure) as (
        everybody,
        why,
    ):
        if why and not (running.emulator_url or running.twilio_url):
            say(f"Calls are not announced here: {why}.")
        secret = str.__str__(settings.acs.event_secret)
        async with led_here(way, served.ready, everybody, secret=secret, publish=served.feed.publish, say=say):
            yield


async def _announced_here(served: Bridge, plan: Plan) -> None:
    """Emulated calls come to where we listen."""
    if served.running.emulator_url:
        await _subscribe(served, plan)
    if served.running.twilio_url:
        await _give_number(served)


async def _give_number(served: Bridge) -> None:
    """Have the emulated Twilio number ring here."""
    import httpx

    async with httpx.AsyncClient(trust_env=False, verify=authorities(), timeout=30) as http:
        await Phone(http, served.running.twilio_url).ring_at(f"{served.ready.public_url}/twilio/voice")


async def _subscribe(served: Bridge, plan: Plan) -> None:
    """Have the emulated Event Grid announce its calls here: on this machine where we listen, else under our public address."""
    import httpx

    from voiceagent.server.listen import url_of

    bridge = settings_of(plan.directory, flags=plan.flags, emulated=plan.env).settings.bridge
    here = bridge.public_url or url_of(bridge.host, served.running.port)
    async with httpx.AsyncClient(trust_env=False, verify=authorities(), timeout=30) as http:
        phone = Phone(http, served.running.emulator_url)
        await phone.subscribe(f"{here}/events", secret=plan.env["VOICEAGENT_EVENT_SECRET"])
