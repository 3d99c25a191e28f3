"""Looks at one session of Voice Live or its relatives: the request for it, the client's events, the refusals. Pure.

Events are looked at in the canonical words, whatever the dialect on the wire. What is in force is read from what the server
says, so that the rules hold against any server. Deltas are not parsed.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from voiceagent.emulators.lint import engine_families as families
from voiceagent.emulators.lint import engine_options
from voiceagent.emulators.lint.rule import Breach
from voiceagent.emulators.lint.rules import rule_of
from voiceagent.emulators.lint.shape import Shape, decoded_size
from voiceagent.protocol.client_events import CLIENT_EVENTS
from voiceagent.protocol.declared import is_base64
from voiceagent.protocol.dialects import AZURE_OPENAI, AZURE_OPENAI_PREVIEW, OPENAI, VOICE_LIVE, Dialect
from voiceagent.protocol.versions import NEWEST

QUOTA = 30
"""New connections in a minute."""
APPEND_LIMIT = 15 * 1024 * 1024
WINDOW_MS = 4_000
"""The pace of audio is told after so long a stretch without a pause."""
PAUSE_MS = 500
PACES = (1 / 3, 1 / 2, 2 / 3, 3 / 2, 2, 3)
"""What audio of another usual rate looks like."""
NEAR = 0.03

REFUSALS = {
    "conversation_already_has_active_response": "vl-response-active",
    "input_audio_buffer_commit_empty": "vl-commit-empty",
    "item_retrieve_invalid_item_id": "vl-item-unknown",
    "item_delete_invalid_item_id": "vl-item-unknown",
    "item_truncate_invalid_item_id": "vl-item-unknown",
}
HARMLESS = ("response_cancel_not_active", "session_expired", "session_output_overflow", "rate_limit_exceeded", "server_error")
"""Refusals that are nobody's mistake: a response may end while its cancellation is on the way."""

BETA_WORDS = {
    "modalities": "`output_modalities`",
    "max_response_output_tokens": "`max_output_tokens`",
    "voice": "`audio.output.voice`",
    "output_audio_format": "`audio.output.format`",
    "input_audio_format": "`audio.input.format`",
    "input_audio_transcription": "`audio.input.transcription`",
    "input_audio_noise_reduction": "`audio.input.noise_reduction`",
    "turn_detection": "`audio.input.turn_detection`",
}
"""Names of the beta, and where they are in GA."""

_TYPE = re.compile(r'"type"\s*:\s*"([a-z_.]+)"')
_NOT_LOOKED_AT = (".delta",)


OF_OPENAI = (OPENAI, AZURE_OPENAI, AZURE_OPENAI_PREVIEW)
"""Their sessions have options and models of their own: only events and their shapes are looked at."""


def connecting_elsewhere(dialect: Dialect, headers: Mapping[str, str]) -> Iterator[Breach]:
    """The request for a session of OpenAI's or Azure OpenAI's."""
    if dialect is AZURE_OPENAI_PREVIEW:
        yield Breach("ga-preview-ended")
    elif "realtime=v1" in headers.get("openai-beta", ""):
        yield Breach("ga-beta-header")


def connecting(path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> Iterator[Breach]:
    """The request for a session."""
    version, model = query.get("api-version", ""), query.get("model", "")
    if version in families.PREVIEWS:
        yield Breach("vl-version-preview", frame=version)
    elif version and version not in families.VERSIONS:
        yield Breach("vl-version-unknown", frame=version)
    if path.endswith("/voice-agent/realtime"):
        yield Breach("vl-path-old")
    if model and not query.get("profile") and not model.startswith(families.MODELS):
        yield Breach("vl-model-unknown", f"It is {model!r}.", model)
    agent = query.get("agent-name") or query.get("agent-id")
    if agent and (headers.get("api-key") or query.get("api-key")):
        yield Breach("vl-key-for-agent")
    if bool(query.get("agent-name")) and not query.get("agent-project-name"):
        yield Breach("vl-agent-pair")
    if version == "v1" and ("api-key" in query or "Authorization" in query):
        yield Breach("vl-key-in-query-v1")


class Openings:
    """How often sessions are opened: the quota of a resource is there from the first day."""

    def __init__(self) -> None:
        self._at: deque[float] = deque(maxlen=QUOTA + 1)

    def opened(self, at_ms: float) -> list[Breach]:
        """A session opens now."""
        self._at.append(at_ms)
        return [Breach("vl-quota")] if len(self._at) > QUOTA and at_ms - self._at[0] < 60_000 else []


class EngineLint:
    """`query` is that of the address, `dialect` what is spoken there."""

    def __init__(self, query: Mapping[str, str], dialect: Dialect = VOICE_LIVE[NEWEST]) -> None:
        self._model = query.get("model", "")
        self._agent = bool(query.get("agent-name") or query.get("agent-id"))
        self._features = query.get("features", "")
        self._dialect = dialect
        self._session: dict[str, Any] = {}
        self._g711, self._rate = False, 24_000
        self._shape: Shape[str] = Shape()
        self._calls: dict[str, bool] = {}
        """Function calls by call_id, and whether they have their output."""
        self._last = ""
        self._blamed = 0
        """Events found wrong here, whose refusal by the service is no news."""
        self._began = self._until = 0.0
        self._heard_ms = 0.0

    # -- from the client

    def client(self, frame: str | bytes, at_ms: float) -> list[Breach]:
        """What is wrong with an event of the client."""
        if isinstance(frame, str) and (size := self._shape.size(frame)) is not None:
            return self._sound(size, at_ms)
        try:
            text = frame if isinstance(frame, str) else frame.decode("utf-8")
            event = json.loads(text)
        except UnicodeDecodeError:
            return [Breach("vl-utf8")]
        except (ValueError, RecursionError):
            return [Breach("vl-json")]
        if not isinstance(event, dict):
            return [Breach("vl-json")]
        kind = event.get("type")
        if not isinstance(kind, str):
            return [Breach("vl-type-missing")]
        if kind == "input_audio_buffer.append":
            breaches = list(self._append(event.get("audio"), at_ms))
            if not breaches:
                self._shape.learn(text, event["audio"])
        else:
            breaches = list(self._event(kind, event))
            self._last = text
        self._blamed += any(rule_of(breach.rule).severity == "error" for breach in breaches)
        return breaches

    def _append(self, audio: object, at_ms: float) -> Iterator[Breach]:
        if not isinstance(audio, str) or not audio:
            yield Breach("vl-append-empty")
            return
        if len(audio) > APPEND_LIMIT:
            yield Breach("vl-append-size", f"It has {len(audio)} characters.")
            return
        if not is_base64(audio.encode("ascii", "replace")):
            yield Breach("vl-append-base64")
            return
        yield from self._sound(decoded_size(audio), at_ms)

    def _sound(self, size: int, at_ms: float) -> list[Breach]:
        """So many bytes of audio."""
        g711 = self._g711
        odd = [Breach("vl-append-odd", f"It has {size} bytes.")] if size % 2 and not g711 else []
        rate = 8_000 if g711 else self._rate * 2
        return [*odd, *self._pace(size / rate * 1000, at_ms)]

    def _pace(self, ms: float, at_ms: float) -> list[Breach]:
        if at_ms - self._until > PAUSE_MS:
            self._began, self._heard_ms = at_ms, -ms  # the first chunk was spoken before it was sent
        self._until = at_ms
        self._heard_ms += ms
        elapsed = at_ms - self._began
        if elapsed < WINDOW_MS:
            return []
        pace = self._heard_ms / elapsed
        self._began, self._heard_ms = at_ms, 0.0
        if any(abs(pace - one) < NEAR * one for one in PACES):
            return [Breach("vl-append-rate", f"{pace:.2f} seconds of audio came in a second.")]
        return []

    def _event(self, kind: str, event: dict[str, Any]) -> Iterator[Breach]:
        known = CLIENT_EVENTS.get(kind)
        if known is None or (self._dialect.shape is not None and not self._dialect.knows(kind)):
            yield Breach("vl-unknown-event", f"It is {kind!r}.")
            return
        if self._dialect.shape is not None:
            yield from _beta_words(event)
            event = self._dialect.to_canonical(event)
        names = {field.name for field in fields(known)} | {"type", "event_id"}
        for name in event:
            if name not in names:
                yield Breach("vl-unknown-field", f"It is `{name}`.")
        if not isinstance(event.get("event_id", ""), str):
            yield Breach("vl-event-id")
        match kind:
            case "session.update" if isinstance(event.get("session"), Mapping) and self._dialect not in OF_OPENAI:
                yield from engine_options.look(
                    event["session"], self._session, model=self._model, agent=self._agent, features=self._features
                )
            case "conversation.item.create" if isinstance(event.get("item"), Mapping):
                yield from self._item(event["item"])
            case "response.create" if isinstance(event.get("response"), Mapping):
                yield from self._response(event["response"])
            case "output_audio_buffer.clear" if not self._session.get("avatar"):
                yield Breach("vl-clear-output")

    def _item(self, item: Mapping[str, Any]) -> Iterator[Breach]:
        call = str(item.get("call_id", ""))
        if item.get("type") == "function_call":
            self._calls.setdefault(call, False)
        if item.get("type") != "function_call_output":
            return
        if not isinstance(item.get("output"), str):
            yield Breach("vl-output-not-text")
        if call not in self._calls:
            yield Breach("vl-call-unknown", f"It is {call!r}.")
        elif self._calls[call]:
            yield Breach("vl-call-answered", f"It is {call!r}.")
        else:
            self._calls[call] = True

    def _response(self, response: Mapping[str, Any]) -> Iterator[Breach]:
        if self._agent and response.get("instructions"):
            yield Breach("vl-agent-option", "It is `response.instructions`.")
        yield from engine_options.tools(response.get("tools"))
        message = response.get("pre_generated_assistant_message")
        if message is None:
            return
        if families.is_openai_voice(response.get("voice") or self._session.get("voice")):
            yield Breach("vl-greeting-voice")
        parts = message.get("content") if isinstance(message, Mapping) else None
        if not isinstance(parts, list) or len(parts) != 1 or message.get("role") != "assistant":
            yield Breach("vl-greeting-shape")

    # -- from the service

    def server(self, frame: str | bytes) -> list[Breach]:
        """An event of the service: what is in force now, or a refusal."""
        text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
        found = _TYPE.search(text, 0, 200)
        kind = found[1] if found else ""
        if kind.endswith(_NOT_LOOKED_AT) or kind not in _LOOKED_AT:
            return []
        event = self._dialect.to_canonical(json.loads(text))
        match event["type"]:
            case "session.created" | "session.updated":
                self._session = event["session"]
                self._g711 = str(self._session.get("input_audio_format", "")).startswith("g711")
                self._rate = int(self._session.get("input_audio_sampling_rate") or 24_000)
            case "response.output_item.added" | "conversation.item.created" | "conversation.item.added":
                item = event.get("item") or {}
                if item.get("type") == "function_call":
                    self._calls.setdefault(str(item.get("call_id")), False)
            case "error":
                return list(self._refusal(event.get("error") or {}))
        return []

    @property
    def last(self) -> str:
        """The client's last event other than audio: what an error is about."""
        return self._last

    def _refusal(self, error: Mapping[str, Any]) -> Iterator[Breach]:
        code = str(error.get("code"))
        if code in HARMLESS:
            return
        rule = REFUSALS.get(code, "vl-refused")
        if "already shorter" in str(error.get("message")):
            rule = "vl-truncate-beyond"
        if rule == "vl-refused" and self._blamed:
            self._blamed -= 1
            return
        yield Breach(rule, f"{code}: {error.get('message')}")


def _beta_words(event: Mapping[str, Any]) -> Iterator[Breach]:
    """Settings by their names of the beta, which GA refuses."""
    for place in ("session", "response"):
        inner = event.get(place)
        for name in inner if isinstance(inner, Mapping) else ():
            if name in BETA_WORDS:
                yield Breach("ga-beta-word", f"`{place}.{name}` is {BETA_WORDS[name]}.", name)


_LOOKED_AT = (
    "session.created",
    "session.updated",
    "response.output_item.added",
    "conversation.item.created",
    "conversation.item.added",
    "error",
)
