"""Calls in the state a test needs, without sockets: the time is whatever the test says."""

from __future__ import annotations

from typing import Any

from voiceagent.emulators.acs.effects import Notice
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.requests import AnswerRequest, MediaRequest, TranscriptionRequest
from voiceagent.emulators.acs.state import Call, Order

CALLER, CALLEE, HUMAN = "4:+14255550100", "4:+14255550199", "4:+14255550177"
US = "8:acs:resource_user"
APP = "http://127.0.0.1:9/callback"
"""Nobody listens there."""
TRANSCRIPTION = TranscriptionRequest("ws://127.0.0.1:9/transcript", "en-US", False)
MEDIA = MediaRequest("ws://127.0.0.1:9/media", 24_000, True, True, True, False)


def ringing(options: NetworkOptions | None = None, **order: Any) -> Call:
    """A call that rings since 0."""
    return Call(Order(CALLER, CALLEE, **order), Ids(1), options or NetworkOptions(), app_id=US, now=0.0)


def answer(media: MediaRequest | None = None, operation_context: str | None = None) -> AnswerRequest:
    return AnswerRequest("context", APP, operation_context, None, media, TRANSCRIPTION, has_speech=True)


def connected(options: NetworkOptions | None = None, media: MediaRequest | None = None, **order: Any) -> Call:
    """Answered at 1000 and connected at 1150, with media if configured; what it told the app so far is drained."""
    call = ringing(options, **order)
    call.answer(answer(media), 1_000)
    call.tick(1_000 + call.options.connect_ms)
    if media is not None and media.starts_at_once:
        call.streaming.opened(1_000 + call.options.connect_ms)
    assert call.phase == "connected"
    call.drain()
    return call


def told(call: Call) -> list[str]:
    """The types of the callbacks that are due; drains the call."""
    return [effect.type for effect in call.drain() if isinstance(effect, Notice)]


def notices(call: Call) -> list[Notice]:
    """The callbacks that are due; drains the call."""
    return [effect for effect in call.drain() if isinstance(effect, Notice)]


def lines(call: Call) -> list[str]:
    return [line.kind for line in call.diary.lines]
