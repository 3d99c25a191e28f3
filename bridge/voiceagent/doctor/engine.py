"""What answers the calls, tried as a call would open it: the address, the credential, the model, the voice, the settings."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voiceagent.doctor.addresses import engine_url
from voiceagent.doctor.finding import Cause, Found, fine, skipped
from voiceagent.doctor.regions import regions_of
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.errors import RemoteError, UserError

if TYPE_CHECKING:
    from voiceagent.agent.project import AgentProject
    from voiceagent.config.schema import Settings

AZURE_VOICE = re.compile(r"[a-z]{2,3}-[a-z0-9:-]*(neural|hd|turbo|mai)[a-z0-9-]*", re.IGNORECASE | re.ASCII)
"""`en-US-AvaNeural`, `en-US-Ava:DragonHDLatestNeural`, `zh-CN-liaoning-XiaobeiNeural`, `en-US-Andrew2:DragonHDLatestNeural`."""
SLOW_MS = 3000.0  # a caller hears it ring for 30 s, and the agent cannot greet before

SETTINGS = Cause("engine_settings", "failed", "{told}", "{remedy}", "voiceagent config show")
VOICE_UNKNOWN = Cause(
    "voice_unknown",
    "failed",
    "there is no voice {voice} ({place}){hint}",
    "name an Azure voice such as en-US-Ava:DragonHDLatestNeural, or one of OpenAI's: {openai}",
)
VERSION_UNKNOWN = Cause(
    "api_version_unknown",
    "warning",
    "engine.api_version {version} ({place}) is not known here",
    "use {newest}, or update voiceagent",
)
UNREACHABLE = Cause(
    "engine_unreachable", "failed", "{service} at {host} cannot be reached: {why}", "check {key} ({place}) and the network"
)
NO_TOKEN = Cause("engine_no_token", "failed", "{told}", "{remedy}", "az login")
KEY_REFUSED = Cause(
    "engine_key_refused",
    "failed",
    "{service} at {host} does not accept the credential (401)",
    "{remedy}",
    "voiceagent config show",
)
ROLE_MISSING = Cause("engine_role_missing", "failed", "{service} at {host} forbids a session (403)", "{remedy}")
ENDPOINT_WRONG = Cause("engine_endpoint_wrong", "failed", "{service} at {host} knows no such address (404)", "{remedy}")
QUOTA = Cause("engine_quota", "failed", "{service} at {host} has no connections left for now (429)", "{remedy}")
MODEL_NOT_THERE = Cause(
    "model_not_in_region",
    "failed",
    "the model {model} is not offered where the resource is: {told}",
    "set engine.model (AZURE_VOICELIVE_MODEL) to one of that region, or make a resource in: {regions}",
)
VOICE_REFUSED = Cause(
    "voice_refused",
    "failed",
    "{service} refuses the voice {voice}: {told}",
    "name another in agent.voice, or another engine.model",
)
SESSION_REFUSED = Cause("session_refused", "failed", "{told}", "{remedy}")
FAILED = Cause("engine_failed", "failed", "{told}", "{remedy}")
SLOW = Cause(
    "engine_slow",
    "warning",
    "{service} took {ms} ms to open a session",
    "use a resource in a region near this machine: nobody is greeted before the session is open",
)
TIGHT_QUOTA = Cause(
    "calls_above_quota",
    "warning",
    "limits.max_calls is {calls}, and {quota} sessions can be opened in a minute",
    "a rush of callers waits, then gets busy: ask for more connections a minute, and set limits.engine_connections_per_minute",
)


def chosen(around: Surroundings) -> Found:
    """Whether the settings name an engine that can be asked."""
    from voiceagent.engines.catalog import SERVICES, check, kind_of, scope_of

    settings = around.settings
    kind = kind_of(settings)
    if settings.engine.kind == "pipeline":
        parts = settings.pipeline
        return skipped(f"a pipeline: {parts.hear}, {parts.think or settings.thinker.kind}, {parts.speak}")
    if settings.engine.kind == "embedded" or (settings.engine.kind == "auto" and not settings.engine.endpoint):
        return skipped("no Voice Live settings; the embedded engine answers", "for Azure: AZURE_VOICELIVE_ENDPOINT")
    try:
        check(settings)
    except UserError as error:
        return SETTINGS.found(told=error, remedy=error.remedy)
    credential = "key" if scope_of(settings) is None else "Entra"
    agent = settings.engine.agent.name or settings.engine.agent.id
    own = " with tools of its own: ours are not sent" if kind == "voice-live" else ""
    what = f"agent {agent}{own}" if agent else f"model {settings.engine.model}"
    return fine(f"{SERVICES[kind]} at {_host(around)}, {what}, {credential}")


def voice(around: Surroundings) -> Found:
    """Whether the voice can be one: the service itself takes any name, and then says nothing."""
    from voiceagent.config.voices import OPENAI_VOICES

    settings = around.settings
    name = settings.agent.voice
    if settings.engine.voice.type != "auto" or not name:
        return fine("as [engine.voice] says" if name else "the engine's own")
    if name in OPENAI_VOICES or AZURE_VOICE.fullmatch(name):
        return fine(name)
    near = get_close_matches(name.lower(), OPENAI_VOICES, 1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return VOICE_UNKNOWN.found(
        voice=name, place=around.place("agent.voice"), hint=hint, openai=", ".join(sorted(OPENAI_VOICES))
    )


def api_version(around: Surroundings) -> Found:
    """Whether the wire is one that this version was written for."""
    from voiceagent.engines.catalog import kind_of
    from voiceagent.protocol.versions import NEWEST, VERSIONS

    version = around.settings.engine.api_version
    if kind_of(around.settings) not in ("voice-live", "embedded"):
        return skipped("only Voice Live is asked by version")
    if version != "v1" and version not in VERSIONS:
        return VERSION_UNKNOWN.found(version=version, place=around.place("engine.api_version"), newest=NEWEST)
    return fine(version)


async def reached(around: Surroundings) -> Found:
    """Whether anybody answers at its address."""
    from voiceagent.engines.catalog import SERVICES, kind_of

    answer = await around.reach(engine_url(around.settings))
    if answer.reached:
        return fine(f"{_host(around)} answers in {answer.round_trip_ms:.0f} ms")
    key = "engine.azure_openai.endpoint" if kind_of(around.settings) == "azure-openai" else "engine.endpoint"
    return UNREACHABLE.found(
        service=SERVICES[kind_of(around.settings)], host=_host(around), why=answer.why, key=key, place=around.place(key)
    )


async def session(around: Surroundings) -> Found:
    """A session with the agent's own settings, opened and closed."""
    from voiceagent.engines.catalog import connection_of, scope_of
    from voiceagent.engines.credentials import EntraToken
    from voiceagent.engines.realtime import open_engine

    settings = around.settings
    scope = scope_of(settings)
    bearer = None if scope is None else EntraToken(scope, make_credential=around.credential)
    began = time.perf_counter()
    try:
        engine = await open_engine(connection_of(settings, bearer), _setup(around), _Ignoring())
        await engine.close()
    except RemoteError as error:
        return judged(error, around)
    finally:
        if bearer is not None:
            await bearer.close()
    ms = (time.perf_counter() - began) * 1000
    if ms > SLOW_MS:
        return SLOW.found(service=_service(settings), ms=f"{ms:.0f}")
    return fine(f"opened with the agent's settings in {ms:.0f} ms")


def judged(error: RemoteError, around: Surroundings) -> Found:
    """The cause behind a session that could not be opened."""
    settings = around.settings
    facts = {
        "service": _service(settings),
        "host": _host(around),
        "told": error,
        "remedy": error.remedy,
        "model": settings.engine.model,
        "voice": settings.agent.voice,
        "regions": ", ".join(regions_of(settings.engine.model)) or "one that offers it",
    }
    by_status = {401: KEY_REFUSED, 403: ROLE_MISSING, 404: ENDPOINT_WRONG, 429: QUOTA}
    if error.service == "Microsoft Entra":
        return NO_TOKEN.found(**facts)
    if error.status in by_status:
        return by_status[error.status].found(**facts)
    words = str(error).lower()
    if "model" in words and any(word in words for word in ("region", "not available", "not offered", "does not exist")):
        return MODEL_NOT_THERE.found(**facts)
    if "refused the session" in words:
        return (VOICE_REFUSED if "voice" in words.partition(":")[2] else SESSION_REFUSED).found(**facts)
    return FAILED.found(**facts)


def quota(around: Surroundings) -> Found:
    """Whether as many calls are taken as the engine opens sessions for."""
    from voiceagent.engines.catalog import kind_of

    limits = around.settings.limits
    if kind_of(around.settings) != "voice-live":
        return skipped("only Voice Live counts its sessions by the minute")
    budget = limits.engine_connections_per_minute or 30
    if limits.max_calls > 2 * budget:
        return TIGHT_QUOTA.found(calls=limits.max_calls, quota=budget)
    return fine(f"{budget} sessions a minute, {limits.max_calls} calls at once")


def _setup(around: Surroundings) -> Any:
    """The agent's own; outside a project the defaults."""
    from voiceagent.call.commands import EngineSetup

    project: AgentProject | None = around.notes.get("project")
    if project is not None:
        return project.engine_setup()
    return EngineSetup(instructions="", voice=around.settings.agent.voice or None, sample_rate=24000)


class _Ignoring:
    """A listener for a session in which nobody speaks."""

    deliver: Callable[[Any], None] = staticmethod(lambda _: None)

    def reply_audio(self, reply_id: str, item_id: str, payload: bytes) -> None:
        """Nobody hears it."""


def _service(settings: Settings) -> str:
    from voiceagent.engines.catalog import SERVICES, kind_of

    return SERVICES[kind_of(settings)]


def _host(around: Surroundings) -> str:
    return urlsplit(engine_url(around.settings)).netloc.rpartition("@")[2]
