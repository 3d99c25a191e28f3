"""What answers under these settings, in one place: whoever asks gets the same answer."""

from __future__ import annotations

from typing import Literal

from voiceagent.config.schema import EngineSection, Settings
from voiceagent.loopback import on_this_machine

Kind = Literal["embedded", "pipeline", "voice-live", "openai", "azure-openai", "foundry-agent"]

VERBATIM_SINCE = "2026-01-01-preview"
"""The first dated version of Voice Live that takes words to be said as they are."""

MCP_SINCE = "2026-01-01-preview"
"""The first one that speaks with tool servers itself."""


def kind_of(engine: EngineSection) -> Kind:
    """What answers. `auto` is Voice Live where an address is set, unless it is one on this machine: an emulator's."""
    if engine.kind != "auto":
        return engine.kind
    return "voice-live" if engine.endpoint and not on_this_machine(engine.endpoint) else "embedded"


def is_ours(engine: EngineSection) -> bool:
    """Whether one of our own engines answers, over the embedded parts or others."""
    return kind_of(engine) in ("embedded", "pipeline")


def runs_tools(engine: EngineSection) -> bool:
    """Whether the engine can speak with tool servers itself: Voice Live does, and its emulator when it was dialled as such."""
    return engine.kind != "embedded" and bool(engine.endpoint)


def says_words(engine: EngineSection) -> bool | None:
    """Whether the engine says given words as they are; None where its voice decides that."""
    if is_ours(engine):
        return True
    dated = engine.api_version[:1].isdigit()
    return False if kind_of(engine) == "voice-live" and dated and engine.api_version < VERBATIM_SINCE else None


def bridge_decides(settings: Settings) -> bool:
    """Whether the engine must leave it to us what interrupts a reply and what is answered."""
    policy = settings.barge_in
    greeting = bool(settings.agent.greeting) and not policy.during_greeting
    return policy.when != "speech" or policy.resume_after_ms > 0 or greeting or bool(settings.agent.disclosure)
