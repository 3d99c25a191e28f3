"""Serves an agent project until told to stop: checks its settings, opens the port, and lets calls end before it leaves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from voiceagent.agent.project import AgentProject
from voiceagent.agent.reload import Reload, watch_project
from voiceagent.call.commands import EngineSetup
from voiceagent.call.tools import END_CALL
from voiceagent.call.transfer_tools import REQUEST_TRANSFER
from voiceagent.config.schema import Settings
from voiceagent.config.voices import OPENAI_VOICES
from voiceagent.control.acs_account import AcsAddress, acs_client, parse_connection_string
from voiceagent.control.twilio import twilio_account
from voiceagent.discreet import Secret
from voiceagent.engines.catalog import check as check_engine
from voiceagent.engines.catalog import connection_of, kind_of, scope_of
from voiceagent.engines.credentials import EntraToken
from voiceagent.engines.realtime import EngineConnection, open_engine
from voiceagent.engines.wires import tls
from voiceagent.errors import UserError
from voiceagent.ports import Engine, EngineListener, Sink, WireFn, WireTap
from voiceagent.protocol.public_address import PublicAddress
from voiceagent.runtime.admission import ConnectionBudget
from voiceagent.runtime.clock import MonotonicClock
from voiceagent.runtime.runner import OwnVoice
from voiceagent.runtime.shutdown import drain
from voiceagent.server.app import build_app
from voiceagent.server.bridge import Bridge
from voiceagent.server.dialling import Dialled, DialRequest
from voiceagent.server.event_tokens import event_tokens
from voiceagent.server.listen import bind, listening, url_of
from voiceagent.server.observers import Observers
from voiceagent.server.read_once import read_once_and_changed
from voiceagent.server.replicas import among_replicas
from voiceagent.server.served import OpenEngineFor, Served, check_apart
from voiceagent.server.tokens import AcsTokens, fetch_json
from voiceagent.server.webhooks import SECRET_HEADER

_log = logging.getLogger(__name__)
AZURE_CONNECTIONS_PER_MINUTE = 30
"""Voice Live's default for a resource; more is to be asked for. Beyond it connections are refused, with the caller answered."""


def _nobody(_: DialRequest) -> Dialled:
    raise UserError("nobody can be called from here", remedy="run `voiceagent serve`")


def _nowhere(_: PublicAddress) -> None:
    raise UserError("this bridge cannot move", remedy="run `voiceagent serve`")


@dataclass(frozen=True, slots=True)
class Ready:
    """Calls can come."""

    port: int
    public_url: str
    mode: Literal["local", "azure"]
    agent: str
    engine: str
    dial: Callable[[DialRequest], Dialled] = field(default=_nobody, repr=False, compare=False)
    """Calls somebody; UserError when that may not be."""
    move: Callable[[PublicAddress], None] = field(default=_nowhere, repr=False, compare=False)
    """The public address is another one now: calls that begin from now on are told it."""
    app: ASGIApp | None = field(default=None, repr=False, compare=False)
    """The public routes, for a further door beside the port."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A further agent: its project, who watches its calls, and how it is loaded afresh. `sinks` see them as well."""

    project: AgentProject
    observers: Observers
    reload: Reload | None = None
    sinks: Sequence[Sink] = ()


async def serve(
    project: AgentProject,
    *,
    observers: Observers | None = None,
    sinks: Sequence[Sink] = (),
    taps: Sequence[WireTap] = (),
    reload: Reload | None = None,
    others: Sequence[Beside] = (),
    own_voice: OwnVoice | None = None,
    on_ready: Callable[[Ready], None],
    stop: asyncio.Event,
) -> None:
    """Serve until `stop` is set; then calls end after their sentence, within bounds. Raises UserError for unusable settings.

    With `reload`, saved changes of the project's files are for the calls that ring afterwards. `others` are further agents, for
    the numbers in their settings; the first project's settings are those of the port and the telephony. `own_voice` speaks to
    callers while their engine is away.
    """
    address = check(project)
    settings = project.settings

    def check_beside(project: AgentProject) -> None:
        _check_beside(project, azure=address is not None)

    for one in others:
        check_beside(one.project)
    check_apart([project, *(one.project for one in others)])
    for agent in (project, *(one.project for one in others)):
        tell_unsent(agent)
    async with contextlib.AsyncExitStack() as stack:
        where = stack.enter_context(contextlib.closing(bind(settings.bridge.host, settings.bridge.port)))
        client = None if address is None else await stack.enter_async_context(acs_client(address))
        twilio = await stack.enter_async_context(twilio_account(settings.twilio)) if settings.twilio.account_sid else None
        bearer = await stack.enter_async_context(bearer_of(project))
        bridge = await stack.enter_async_context(
            Bridge(
                project,
                client=client,
                open_engine=engine_factory(bearer),
                engine_name=engine_name(project),
                acs_tokens=acs_tokens(project),
                event_tokens=event_tokens(settings),
                sinks=(*(observers.sinks if observers else ()), *sinks),
                taps=(*(observers.taps if observers else ()), *taps),
                witness=observers.witness if observers else None,
                account=observers.account if observers else None,
                budget=engine_budget(project),
                others=[await stack.enter_async_context(_served(one)) for one in others],
                own_voice=own_voice,
            )
        )
        port: int = where.getsockname()[1]
        if not bridge.public.url:
            bridge.public.move(PublicAddress(url_of(settings.bridge.host, port)))
        app = await stack.enter_async_context(among_replicas(bridge, build_app(bridge, twilio), port))
        await stack.enter_async_context(listening(app, where, short_path=settings.bridge.media_path == "short"))
        if reload is not None:
            await stack.enter_async_context(_reloading(bridge, project, reload, observers, check))
        for one in others:
            if one.reload is not None:
                await stack.enter_async_context(_reloading(bridge, one.project, one.reload, one.observers, check_beside))
        if not engine_connection(project).url.startswith("ws:"):
            tls()  # 50 ms of work, before there is audio that it would hold up
        mode: Literal["local", "azure"] = "azure" if address is not None and address.endpoint.startswith("https:") else "local"
        names = ", ".join(agent.name for agent in bridge.agents)
        on_ready(Ready(port, bridge.public.url, mode, names, engine_name(project), bridge.dial, bridge.public.move, app))
        await _warm(bridge, stop)
        bridge.admission.drain()
        left = await drain(bridge.calls, patience_seconds=settings.bridge.drain_seconds)
        if left:
            _log.warning("%d calls did not end in time", left)
            bridge.abandon()


# --- settings


def check(project: AgentProject) -> AcsAddress | None:
    """Azure's telephony resource (None with Twilio alone), when the settings are fit to serve with; else UserError."""
    settings = project.settings
    address: AcsAddress | None = None
    if settings.acs.connection_string:
        address = parse_connection_string(settings.acs.connection_string)
    elif settings.acs.endpoint:
        address = AcsAddress(settings.acs.endpoint.rstrip("/"), Secret(""))
    elif not settings.twilio.account_sid:
        raise UserError(
            "there is no telephony: acs.connection_string, acs.endpoint and twilio.account_sid are empty",
            remedy="set ACS_CONNECTION_STRING or TWILIO_ACCOUNT_SID, or run `voiceagent emulate all --env`",
        )
    _check_agent(settings, azure=address is not None)
    real_twilio = bool(settings.twilio.account_sid) and settings.twilio.api_url.startswith("https:")
    if (address is not None and address.endpoint.startswith("https:")) or real_twilio:
        _check_public(settings.bridge.public_url)
    if settings.shared.redis_url and not settings.bridge.token_secret:
        raise UserError(
            "bridge.token_secret is empty, so the replicas that share shared.redis_url could not read each other's addresses",
            remedy="set VOICEAGENT_TOKEN_SECRET to the same secret for all of them",
        )
    if address is not None:
        _check_acs(settings, real=address.endpoint.startswith("https:"))
    return address


def _check_beside(project: AgentProject, *, azure: bool) -> None:
    """A further agent has its own engine, voice and targets; the telephony is the first one's. UserError names its folder."""
    try:
        _check_agent(project.settings, azure=azure)
    except UserError as error:
        raise UserError(f"{project.dir.name}: {error}", remedy=error.remedy) from None


def _check_agent(settings: Settings, *, azure: bool) -> None:
    check_engine(settings)
    phones = [name for name, target in settings.transfer.targets.items() if target.phone_number]
    if azure and phones and not settings.acs.phone_number:
        raise UserError(
            f"transfer.targets.{phones[0]} is a telephone, and acs.phone_number, the caller it is to see, is empty",
            remedy="set ACS_SOURCE_PHONE_NUMBER to a number of the resource",
        )
    if settings.bridge.audio_format == "pcm16k" and settings.agent.voice in OPENAI_VOICES:
        raise UserError(
            f"the voice {settings.agent.voice} speaks at 24 kHz only, and bridge.audio_format is pcm16k",
            remedy="use pcm24k, or an Azure voice",
        )


def check_without_telephony(project: AgentProject) -> None:
    """UserError for what would fail when the engine is opened: all that a call on this machine needs."""
    check_engine(project.settings)


def _check_public(url: str) -> None:
    if urlsplit(url).scheme != "https":
        raise UserError(
            f"bridge.public_url is {url or 'empty'}, and telephony services reach us over https only",
            remedy="put an https address in front of the port (a tunnel, an ingress) and set VOICEAGENT_PUBLIC_URL to it",
        )


def _check_acs(settings: Settings, *, real: bool) -> None:
    if settings.bridge.verification == "required" and not settings.acs.resource_id:
        raise UserError(
            "acs.resource_id is empty, so the tokens that Azure shows cannot be checked",
            remedy="set ACS_AUDIENCE to the immutable resource id (Azure portal: Communication Services, Properties)",
        )
    if settings.bridge.verification == "required" and real and not settings.acs.event_secret:
        raise UserError(
            "acs.event_secret is empty, so anybody could announce calls here: Event Grid does not sign them",
            remedy=f"set VOICEAGENT_EVENT_SECRET, and the same secret as delivery header {SECRET_HEADER} of the subscription",
        )


def tell_unsent(project: AgentProject) -> None:
    """Warn of what an agent that answers behind the engine decides itself: its caller would ask in vain for our tools."""
    if "tools" in engine_connection(project).owned:
        names = [*(spec.name for spec in project.toolset.specs()), END_CALL]
        names += [REQUEST_TRANSFER] if project.settings.transfer.targets else []
        _log.warning(
            "%s is answered by an agent of Foundry, whose own tools and model options hold; not sent: %s",
            project.settings.agent.name,
            ", ".join(names),
        )


def acs_tokens(project: AgentProject) -> AcsTokens | None:
    """Who checks the service's tokens; None, with a warning, when the settings say so explicitly."""
    acs = project.settings.acs
    if project.settings.bridge.verification == "unverified":
        _log.warning("bridge.verification is unverified: whoever learns a call's address can listen to it and speak in it")
        return None
    return AcsTokens(issuer=acs.issuer, audience=acs.resource_id, fetch_keys=fetch_json(acs.jwks_url), clock=MonotonicClock())


def engine_name(project: AgentProject) -> str:
    """What answers, for people: embedded when it is on this machine."""
    return kind_of(project.settings)


def engine_budget(project: AgentProject) -> ConnectionBudget | None:
    """How many sessions a minute the engine lets us open; None without a bound. Read once: a quota is the resource's."""
    settings = project.settings
    per_minute = settings.limits.engine_connections_per_minute
    far = urlsplit(engine_connection(project).url).scheme == "wss"
    if per_minute is None and far and kind_of(settings) == "voice-live":
        per_minute = AZURE_CONNECTIONS_PER_MINUTE
    return None if per_minute is None else ConnectionBudget(per_minute, MonotonicClock())


def engine_factory(bearer: EntraToken | None) -> OpenEngineFor:
    """How a call opens its engine: with the settings it rang under."""

    async def opening(project: AgentProject, setup: EngineSetup, listener: EngineListener, wire: WireFn | None) -> Engine:
        return await open_engine(engine_connection(project, bearer), setup, listener, wire=wire)

    return opening


def engine_connection(project: AgentProject, bearer: EntraToken | None = None) -> EngineConnection:
    """Where the project's engine is."""
    return connection_of(project.settings, bearer)


# --- what runs beside the calls


async def _warm(bridge: Bridge, stop: asyncio.Event) -> None:
    """Fetch meanwhile what the first caller would otherwise wait for; until told to stop."""
    async with asyncio.TaskGroup() as tasks:
        for checking in (bridge.acs_tokens, bridge.event_tokens):
            if checking is not None:
                tasks.create_task(checking.prefetch())
        await stop.wait()


@contextlib.asynccontextmanager
async def bearer_of(project: AgentProject) -> AsyncIterator[EntraToken | None]:
    """The token that the project's engine wants, kept fresh while the block runs; None when it wants none."""
    scope = scope_of(project.settings)
    if scope is None:
        yield None
        return
    token = EntraToken(scope)
    async with asyncio.TaskGroup() as tasks:
        fresh = tasks.create_task(token.keep_fresh())
        try:
            yield token
        finally:
            fresh.cancel()
            await token.close()


@contextlib.asynccontextmanager
async def _served(beside: Beside) -> AsyncIterator[Served]:
    """A further agent, with an engine of its own."""
    project, observers = beside.project, beside.observers
    async with bearer_of(project) as bearer:
        yield Served(
            project,
            engine_name(project),
            engine_factory(bearer),
            (*observers.sinks, *beside.sinks),
            observers.taps,
            observers.witness,
            observers.account,
        )


@contextlib.asynccontextmanager
async def _reloading(
    bridge: Bridge,
    project: AgentProject,
    reload: Reload,
    observers: Observers | None,
    check: Callable[[AgentProject], object],
) -> AsyncIterator[None]:
    at_start = project.settings

    def tell(item: Mapping[str, str]) -> None:
        if observers is not None:
            observers.feed.publish(item)

    def changed(project: AgentProject) -> None:
        if observers is not None:
            observers.learn(project.settings)  # before the first call that knows them
        bridge.use(project)
        tell(
            {
                "kind": "reloaded",
                "hash": project.hash,
                "needs_restart": ", ".join(read_once_and_changed(at_start, project.settings)),
            }
        )

    def broken(error: UserError) -> None:
        _log.warning("the project was not loaded again: %s; %s", error, error.remedy)
        tell({"kind": "reload_failed", "sentence": str(error), "remedy": error.remedy})

    def fit() -> AgentProject:
        fresh = reload()
        check(fresh)
        check_apart([*(agent.project for agent in bridge.agents if agent.project.dir != fresh.dir), fresh])
        return fresh

    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch_project(project, fit, changed=changed, broken=broken))
        try:
            yield
        finally:
            watching.cancel()
