"""Which engine the settings mean: what it is called, where it is, in which dialect it is spoken to, and by which proof.

Everything an engine needs is data here; the client is one and the same (`engines.realtime`). What cannot work is refused with
the remedy before anything is dialled.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlsplit

from voiceagent.config import answering
from voiceagent.config.addresses import check_proxy
from voiceagent.config.answering import Kind
from voiceagent.config.combinations import OWN_OPTIONS
from voiceagent.config.load import environment
from voiceagent.config.schema import EngineSection, Settings
from voiceagent.config.voices import OPENAI_VOICES
from voiceagent.discreet import Secret
from voiceagent.engines.credentials import VOICE_LIVE_SCOPE
from voiceagent.engines.realtime import EngineConnection
from voiceagent.errors import UserError
from voiceagent.protocol.dialects import AZURE_OPENAI, FOUNDRY_VOICE_AGENTS, OPENAI, Dialect, voice_live
from voiceagent.protocol.owned import IN_AGENT_MODE, REFUSED
from voiceagent.protocol.versions import NEWEST, VERSIONS

AZURE_OPENAI_SCOPE = "https://cognitiveservices.azure.com/.default"
OPENAI_ENDPOINT = "https://api.openai.com"
FEATURES = {"Foundry-Features": "VoiceAgents=V1Preview"}
"""Foundry's voice agents are a preview that must be asked for."""

_ENTRA = ("voice-live", "azure-openai", "foundry-agent")
SERVICES: dict[Kind, str] = {
    "embedded": "Voice Live",
    "pipeline": "The pipeline",
    "voice-live": "Voice Live",
    "openai": "OpenAI",
    "azure-openai": "Azure OpenAI",
    "foundry-agent": "The Foundry agent",
}


def kind_of(settings: Settings) -> Kind:
    """What answers."""
    return answering.kind_of(settings.engine)


def endpoint_of(settings: Settings) -> str:
    """Where it is; "" when nobody said."""
    engine, kind = settings.engine, kind_of(settings)
    if kind == "openai":
        return engine.endpoint or OPENAI_ENDPOINT
    return (engine.azure_openai.endpoint if kind == "azure-openai" else "") or engine.endpoint


def key_of(settings: Settings) -> Secret:
    """The key it is opened with; "" for Entra, or for an engine that wants none."""
    engine, kind = settings.engine, kind_of(settings)
    also = {"openai": settings.thinker.api_key, "azure-openai": engine.azure_openai.api_key}.get(kind, "")
    key = (also or engine.api_key) if kind == "azure-openai" else (engine.api_key or also)
    return key if isinstance(key, Secret) else Secret(key)


def scope_of(settings: Settings) -> str | None:
    """The scope of the Entra token it wants; None when it wants none."""
    if kind_of(settings) not in _ENTRA or urlsplit(endpoint_of(settings)).scheme in ("http", "ws"):
        return None
    if key_of(settings) and not in_agent_mode(settings.engine) and kind_of(settings) != "foundry-agent":
        return None
    return AZURE_OPENAI_SCOPE if kind_of(settings) == "azure-openai" else VOICE_LIVE_SCOPE


def in_agent_mode(engine: EngineSection) -> bool:
    """Whether an agent of Foundry answers behind Voice Live, with instructions of its own."""
    return bool(engine.agent.name or engine.agent.id)


def dialect_of(settings: Settings) -> Dialect:
    """The words on its wire. An api-version that is not known yet is spoken like the newest."""
    kind, version = kind_of(settings), settings.engine.api_version
    if kind == "openai":
        return OPENAI
    if kind == "azure-openai":
        return AZURE_OPENAI
    if kind == "foundry-agent":
        return FOUNDRY_VOICE_AGENTS
    return replace(voice_live(version), api_version=version)


def connection_of(settings: Settings, bearer: Callable[[], Awaitable[str]] | None = None) -> EngineConnection:
    """Everything that opening a session takes; `bearer` gives Entra tokens."""
    engine, kind = settings.engine, kind_of(settings)
    agents = kind == "foundry-agent" or (kind == "voice-live" and in_agent_mode(engine))
    key = key_of(settings)
    return EngineConnection(
        endpoint=endpoint_of(settings),
        model="" if agents else engine.model,
        api_version=engine.api_version,
        api_key=key,
        # Agents are opened with tokens alone; an emulator on this machine takes its key for one.
        bearer=_as_token(key) if agents and bearer is None and key else bearer,
        connect_timeout_seconds=engine.connect_timeout_seconds,
        short_path=settings.bridge.media_path == "short",
        dialect=replace(dialect_of(settings), keys=False) if agents else dialect_of(settings),
        agent=engine.agent.name if kind == "foundry-agent" else "",
        query=_query(engine, kind),
        more_headers=FEATURES if kind == "foundry-agent" else {},
        service=SERVICES[kind],
        owned=_owned(kind) if agents else frozenset(),
        audio=engine.audio,
    )


def _owned(kind: Kind) -> frozenset[str]:
    # That Foundry's voice agents refuse tools as well is not known.
    return REFUSED if kind == "foundry-agent" else IN_AGENT_MODE


def _as_token(key: Secret) -> Callable[[], Awaitable[str]]:
    async def token() -> str:
        return key.shown

    return token


def _query(engine: EngineSection, kind: Kind) -> dict[str, str]:
    if kind != "voice-live":
        return {}
    agent = engine.agent
    asked = {
        "profile": engine.profile,
        "agent-name": agent.name,
        "agent-id": "" if agent.name else agent.id,
        "agent-access-token": "" if agent.name else str.__str__(agent.access_token),
        "agent-project-name": agent.project,
        "agent-version": agent.version,
        "conversation-id": agent.conversation_id,
        "agent-authentication-identity-client-id": agent.identity_client_id,
        "foundry-resource-override": agent.resource,
    }
    return {name: value for name, value in asked.items() if value}


# --- what cannot work


def check(settings: Settings) -> None:
    """UserError for the first thing that would fail when the engine is opened."""
    engine, kind = settings.engine, kind_of(settings)
    if not endpoint_of(settings):
        raise _no_endpoint(kind)
    if kind in ("openai", "azure-openai"):
        _check_openai(settings, kind)
    if kind == "openai" and not key_of(settings) and endpoint_of(settings).startswith("https:"):
        raise UserError("there is no key for OpenAI: engine.api_key is empty", remedy="set OPENAI_API_KEY")
    if kind == "foundry-agent" and not engine.agent.name:
        raise UserError("engine.agent.name is empty, and engine.kind is foundry-agent", remedy="name the voice agent there")
    if kind == "voice-live":
        _check_agent_mode(engine)
    elif engine.profile:
        raise UserError(
            f"engine.profile is {engine.profile}, and {kind} knows no profiles", remedy="remove it, or use kind voice-live"
        )
    if kind != "voice-live":
        _check_no_agent_mode(engine, kind)
    _check_known(settings)
    check_proxy(endpoint_of(settings), environment())  # the process's own: a library follows it, which knows nothing of .env


def _check_known(settings: Settings) -> None:
    """What a dialect does not know would be left out, and nobody would notice."""
    engine, dialect = settings.engine, dialect_of(settings)
    missing = dialect.missing_settings()
    for option, name in OWN_OPTIONS.items():
        if option in missing and getattr(engine, name) != EngineSection.model_fields[name].default:
            raise UserError(
                f"engine.{name} is set, and {dialect.name} has no such option",
                remedy="remove it" + (f", or use engine.api_version {NEWEST}" if dialect.version else ""),
            )
    if dialect.version == VERSIONS[0]:
        _check_first_version(settings)


def _check_first_version(settings: Settings) -> None:
    """The first preview cannot be told to leave interruptions and replies to the bridge, nor what to listen for."""
    ears, version = settings.engine.transcription, VERSIONS[0]
    remedy = f"use engine.api_version {NEWEST}"
    for name in ("phrases", "custom_speech"):
        if getattr(ears, name):
            raise UserError(f"engine.transcription.{name} is set, and Voice Live {version} has no such option", remedy=remedy)
    if answering.bridge_decides(settings):
        raise UserError(
            f"Voice Live {version} interrupts and replies by itself, and cannot be told not to: it knows no agent.disclosure, "
            "no protected greeting, and no barge_in but when = speech",
            remedy=remedy,
        )


def _no_endpoint(kind: Kind) -> UserError:
    if kind == "azure-openai":
        return UserError(
            "there is no engine: engine.azure_openai.endpoint is empty",
            remedy="set AZURE_OPENAI_ENDPOINT to https://NAME.openai.azure.com",
        )
    if kind == "foundry-agent":
        return UserError(
            "there is no engine: engine.endpoint is empty",
            remedy="set engine.endpoint to the project, https://NAME.services.ai.azure.com/api/projects/PROJECT",
        )
    return UserError(
        "there is no engine: engine.endpoint is empty",
        remedy="set AZURE_VOICELIVE_ENDPOINT, or run `voiceagent emulate all --env` for the embedded engine",
    )


def _check_openai(settings: Settings, kind: Kind) -> None:
    engine, name = settings.engine, SERVICES[kind]
    if settings.agent.voice and settings.agent.voice not in OPENAI_VOICES:
        raise UserError(
            f"agent.voice is {settings.agent.voice}, and {name} speaks with its own voices only",
            remedy=f"use one of {', '.join(sorted(OPENAI_VOICES))}",
        )
    if engine.turn_detection.type.startswith("azure_"):
        raise UserError(
            f"engine.turn_detection.type is {engine.turn_detection.type}, which only Voice Live has",
            remedy="use server_vad or semantic_vad",
        )
    if engine.transcription.model in ("", "azure-speech"):
        raise UserError(
            f"engine.transcription.model is {engine.transcription.model or 'empty (azure-speech)'}, which only Voice Live has",
            remedy="use gpt-4o-mini-transcribe, gpt-4o-transcribe or whisper-1",
        )
    _check_azures_own(engine, name)
    if settings.bridge.audio_format != "pcm24k" and engine.audio == "pcm":
        raise UserError(
            f"bridge.audio_format is {settings.bridge.audio_format}, and {name} takes PCM at 24 kHz only",
            remedy="use pcm24k, or engine.audio = g711_ulaw",
        )


def _check_azures_own(engine: EngineSection, name: str) -> None:
    """What stands inside an option that OpenAI has too: it answers with an error, or hears nothing."""
    detection = engine.turn_detection
    asked: dict[str, object] = {
        "noise_reduction": engine.noise_reduction if engine.noise_reduction.startswith("azure_") else None,
        "turn_detection.speech_duration_ms": detection.speech_duration_ms,
        "turn_detection.auto_truncate": detection.auto_truncate or None,
        "turn_detection.end_of_utterance.model": detection.end_of_utterance.model or None,
        "transcription.language": engine.transcription.language if "," in engine.transcription.language else None,
    }
    for key, value in asked.items():
        if value is not None:
            remedy = "name one language" if key.endswith("language") else "remove it"
            said = str(value).lower() if isinstance(value, bool) else value
            raise UserError(f"engine.{key} is {said}, which only Voice Live takes, not {name}", remedy=remedy)


def _check_agent_mode(engine: EngineSection) -> None:
    agent = engine.agent
    if not in_agent_mode(engine):
        return
    if not agent.project:
        raise UserError(
            "engine.agent.project is empty: an agent is found by its name and its project",
            remedy="set AZURE_VOICELIVE_PROJECT_NAME",
        )
    if engine.profile:
        raise UserError(
            "engine.profile and engine.agent are both set: either your model answers, or an agent does", remedy="remove one"
        )


def _check_no_agent_mode(engine: EngineSection, kind: Kind) -> None:
    """An agent that is named and never asked would be answered for by somebody else.

    The project may be set: its variable is in the environment of many that have no agent.
    """
    known = ("project", "name") if kind == "foundry-agent" else ("project",)
    for name in type(engine.agent).model_fields:
        if name not in known and getattr(engine.agent, name):
            raise UserError(
                f"engine.agent.{name} is set, and {kind} does not know it", remedy="remove it, or use kind voice-live"
            )
