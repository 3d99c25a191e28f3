"""Settings and stretches of conversation with sensible values, so that a test names only what it is about."""

from __future__ import annotations

from typing import Any

from voiceagent.call import events as e
from voiceagent.call.commands import Command, EngineSetup, ToolSpec
from voiceagent.call.conduct import Conduct
from voiceagent.call.parts import Parts
from voiceagent.call.playback import Playback
from voiceagent.call.settings import SessionSettings, TargetPolicy
from voiceagent.discreet import Words

Happening = tuple[float, e.Event]

PEOPLE = {
    "sales": TargetPolicy(description="questions about prices", ring_seconds=20),
    "nurse": TargetPolicy(description="health", ring_seconds=20, agent="listens"),
}
"""Transfer targets: one we leave the caller to, one we listen to."""


def engine_setup(**changes: Any) -> EngineSetup:
    """An engine's setup with one tool of the user's."""
    lookup = ToolSpec("lookup_order", "Finds an order.", {"type": "object", "properties": {"order_id": {"type": "string"}}})
    values: dict[str, Any] = {"instructions": "Be brief.", "voice": "alloy", "sample_rate": 24_000, "tools": (lookup,)}
    return EngineSetup(**values | changes)


def session_settings(**changes: Any) -> SessionSettings:
    """A session's settings: no greeting, silence ends the call after 8 s and two prompts."""
    values: dict[str, Any] = {"setup": engine_setup(), "targets": PEOPLE}
    return SessionSettings(**values | changes)


def opening(at_ms: float = 0.0) -> list[Happening]:
    """The call is answered, the engine is ready, audio flows, all at once."""
    happened = (e.CallAnswered(), e.EngineReady("session-1"), e.MediaOpened(24_000), e.CallerAudioBegan(), e.CallConnected())
    return [(at_ms, event) for event in happened]


def caller_says(text: str, *, item_id: str, start_ms: float, end_ms: float, silence_ms: float = 500.0) -> list[Happening]:
    """A caller's turn as the engine reports it, when caller audio began at 0: speech, the silence that ends it, the text."""
    decided = end_ms + silence_ms
    return [
        (start_ms, e.CallerSpeechStarted(item_id, int(start_ms))),
        (decided, e.CallerSpeechStopped(item_id, int(decided))),
        (decided, e.CallerTurnCommitted(item_id)),
        (decided, e.CallerTranscribed(item_id, Words(text))),
    ]


def agent_replies(text: str, *, reply_id: str, item_id: str, at_ms: float) -> list[Happening]:
    """A reply of one spoken item, all sent at once; the audio itself goes to the lane (`Rehearsal.audio`) after the second."""
    return [
        (at_ms, e.ReplyStarted(reply_id)),
        (at_ms, e.ReplyItemAdded(reply_id, item_id, "speech")),
        (at_ms, e.ReplyWordsArrived(reply_id, item_id, Words(text))),
        (at_ms, e.ReplyAudioEnded(reply_id, item_id)),
        (at_ms, e.ReplyWordsEnded(reply_id, item_id, Words(text))),
        (at_ms, e.ReplyEnded(reply_id, "completed")),
    ]


def tool_call(name: str, arguments: str, *, reply_id: str, tool_call_id: str, at_ms: float) -> list[Happening]:
    """A reply that is one tool call and nothing else."""
    return [
        (at_ms, e.ReplyStarted(reply_id)),
        (at_ms, e.ReplyItemAdded(reply_id, f"item-{tool_call_id}", "tool_call")),
        (at_ms, e.ToolCalled(reply_id, f"item-{tool_call_id}", tool_call_id, name, arguments)),
        (at_ms, e.ReplyEnded(reply_id, "completed")),
    ]


def begun(**changes: Any) -> Conduct:
    """The conduct of a call with audio and engine, at 0; nothing has gone out yet, and silence is no matter."""
    conduct = Conduct(Parts(session_settings(**({"silence_after_ms": None} | changes)), Playback()))
    conduct.parts.life.start(0)
    conduct.answered(0)
    conduct.engine_ready(e.EngineReady("session-1"), 0)
    conduct.parts.life.media_opened()
    conduct.parts.take()
    return conduct


def settled(conduct: Conduct, now: float) -> list[Command]:
    """What settling alone gives rise to."""
    conduct.parts.take()
    conduct.settle(now)
    return conduct.parts.take()
