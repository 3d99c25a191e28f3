"""What an agent that answers behind an engine decides itself: a client that says it all the same is refused or not heard."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from voiceagent.protocol.realtime import ClientEvent, ResponseCreate, SessionUpdate

REFUSED = frozenset({"instructions"})
"""Of every agent; to set them ends in an error. All that is known of Foundry's voice agents."""

IGNORED = frozenset(
    {
        "temperature",
        "tools",
        "tool_choice",
        "max_response_output_tokens",
        "reasoning_effort",
        "parallel_tool_calls",
    }
)
"""Of an agent behind Voice Live, a classic one too; to set them changes nothing. unverified: vl-agent-settings"""

IN_AGENT_MODE = REFUSED | IGNORED


def without_owned(message: ClientEvent, owned: AbstractSet[str]) -> ClientEvent | None:
    """The message as the agent takes it; None when nothing is left of it."""
    if isinstance(message, SessionUpdate):
        session = {name: value for name, value in message.session.items() if name not in owned}
        return replace(message, session=session) if session else None
    if isinstance(message, ResponseCreate) and message.response is not None and "instructions" in owned:
        return _beside(message)
    return message


def _beside(message: ResponseCreate) -> ResponseCreate:
    """Instructions for one response are refused in agent mode. unverified: that they are followed beside it"""
    response = dict(message.response or {})
    asked = response.pop("instructions", None)
    if asked is None:
        return message
    return replace(message, response=response or None, additional_instructions=message.additional_instructions or asked)
