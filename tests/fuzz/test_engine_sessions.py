"""Whatever JSON a client of the emulated engine makes up, it is answered: with what it asked for, or with an error.

Drawn by a seeded generator of its own: events are too wide for hypothesis to make many of them in a second.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.emulators.voice_live.checks import CHECKS
from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.source import Transcript
from voiceagent.emulators.voice_live.state import SessionState
from voiceagent.emulators.voice_live.steps import Answer, ListTools, Send, TakeBuffer, Transcribe
from voiceagent.emulators.voice_live.wording import Wording
from voiceagent.protocol.dialects import AZURE_OPENAI_PREVIEW, OPENAI, VOICE_LIVE
from voiceagent.protocol.realtime import CLIENT_EVENTS

OFFERS = {
    "native": Offer("gpt-realtime"),
    "cascaded": Offer("gpt-4o"),
    "agent": Offer("", agent="desk"),
    "openai": Offer("m", OPENAI),
    "beta": Offer("m", AZURE_OPENAI_PREVIEW),
    "oldest": Offer("gpt-4o", VOICE_LIVE["2025-05-01-preview"]),
    "v1": Offer("gpt-4o", VOICE_LIVE["v1"]),
}
SESSIONS = 25
WORDS = (
    "",
    "alloy",
    "server_vad",
    "a",
    "b",
    "message",
    "user",
    "input_text",
    "function",
    "mcp",
    "http://x",
    "azure-standard",
    "word",
)
TYPES = (
    *("message", "function_call", "function_call_output", "mcp_approval_response", "mcp", "function", "openai", "input_text"),
    *("azure-standard", "azure-personal", "server_vad", "semantic_vad", "static_interim_response", "server_echo_cancellation"),
)
NAMES = (
    *("type", "name", "text", "texts", "content", "id", "role", "call_id", "arguments", "output", "approve", "triggers"),
    *("approval_request_id", "server_label", "server_url", "headers", "allowed_tools", "require_approval", "model", "outputs"),
    *("threshold", "silence_duration_ms", "create_response", "interrupt_response", "end_of_utterance_detection", "channels"),
    *("phrase_list", "custom_speech", "latency_threshold_ms", "authorization", "character", "output", "input"),
)
FIELDS = ("session", "response", "item", "item_id", "id", "event_id", "turn_id", "content_index", "audio_end_ms", "delta")
MORE_FIELDS = ("client_sdp", "sdp_offer", "previous_item_id", "response_id", "additional_instructions", "audio")
ASKED = (*CHECKS, "type", "greeting", "audio", "reasoning", "commit", "conversation", "input_items", "append_input_items")


class Maker:
    """Makes JSON up."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def value(self, depth: int = 3) -> Any:
        kinds: list[Callable[[], Any]] = [
            lambda: None,
            lambda: self.random.random() < 0.5,
            lambda: self.random.randint(-3, 3000),
            lambda: self.random.random() * 3,
            lambda: self.random.choice(WORDS),
            lambda: self.random.choice(WORDS),
        ]
        if depth:
            kinds += [
                lambda: [self.value(depth - 1) for _ in range(self.random.randint(0, 2))],
                lambda: self.object(NAMES, depth - 1),
                lambda: self.object(NAMES, depth - 1),
            ]
        return self.random.choice(kinds)()

    def object(self, names: tuple[str, ...], depth: int) -> dict[str, Any]:
        found = {name: self.value(depth) for name in self.random.sample(names, self.random.randint(0, 6))}
        return found if self.random.random() < 0.2 else {"type": self.random.choice(TYPES), **found}

    def event(self) -> dict[str, Any]:
        found = {"type": self.random.choice(sorted(CLIENT_EVENTS))}
        for name in (*FIELDS, *MORE_FIELDS):
            if self.random.random() < 0.7:
                found[name] = self.value()
        for name in ("session", "response"):
            if self.random.random() < 0.8:
                found[name] = self.object((*ASKED, "pre_generated_assistant_message"), 3)
                if self.random.random() < 0.7:
                    found[name]["type"] = "realtime"
        if self.random.random() < 0.8:
            found["item"] = self.object(NAMES, 3)
        return found


class Heard:
    duration_ms = 100.0


@pytest.mark.parametrize("offer", OFFERS.values(), ids=list(OFFERS))
def test_every_event_is_answered_and_none_breaks_the_session(offer: Offer) -> None:
    for seed in range(SESSIONS):
        maker = Maker(seed)
        ids = Ids(seed=1, wall=lambda: 1.7e9)
        state = SessionState(ids=ids, offer=offer, expires_at=1, clock=lambda: 0.0)
        words = Wording(offer.dialect, ids)
        steps = state.opened()
        for _ in range(6):
            event = maker.event()
            state.appended(20)
            steps += state.client_event(offer.dialect.to_canonical(event))
            while steps:
                match steps.pop(0):
                    case TakeBuffer():
                        steps += state.committed(Heard())
                    case Transcribe(item_id, _):
                        steps += state.transcribed(item_id, Transcript("Hi."))
                    case ListTools(item_id, _):
                        steps += state.tools_listed(item_id, [{"name": "f"}])
                    case Answer(request):
                        steps += state.words(request.response_id, "Hello.", 0.0)
                        steps += state.call(request.response_id, "f", "{}")
                        steps += state.answered(request.response_id)
                    case Send(told):
                        words.said(told)
