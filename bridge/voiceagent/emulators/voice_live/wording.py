"""How one dialect says an event: what it leaves out, says twice or adds. Canonical JSON in, JSON for the wire out.

A dated Voice Live version leaves out what it does not know. The GA services differ in more than names, all of it recorded:
every item is also told as done, deltas are padded so that their length tells nothing, a text part carries its text, transcripts
come in tokens and are billed, and Azure says each content part twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from voiceagent.emulators.voice_live.answers import Event
from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.protocol.dialects import AZURE_OPENAI, Dialect

_TOKEN = re.compile(r"\s*\S+")
_PADDED = (
    "response.audio_transcript.delta",
    "response.text.delta",
    "response.function_call_arguments.delta",
    "conversation.item.input_audio_transcription.delta",
)
_PAD_TO = 16
"""Delta and padding together are a multiple of this, as recorded."""
TOKENS_A_MINUTE = 15_000_000
_TRANSCRIPTION = "conversation.item.input_audio_transcription."
_RESPONSE_ITEM = "response.output_item.done"


class Wording:
    """One session's."""

    def __init__(self, dialect: Dialect, ids: Ids, *, rate_limits: bool = False) -> None:
        self._dialect = dialect
        self._rate_limits = rate_limits
        self._ga = dialect.shape is not None
        self._openai = not dialect.name.startswith("voice-live")
        self._ids = ids
        self._previous: dict[str, str | None] = {}
        """What each item follows."""
        self._texts: dict[str, str] = {}
        """Written text of each item, for the part that carries it in GA."""

    def said(self, event: Event) -> list[Event]:
        """The events for the wire, in order; none when the dialect has no word for it."""
        kind = event["type"]
        if not self._ga:
            if self._openai and kind == _TRANSCRIPTION + "delta":
                return []  # OpenAI's beta told the words once; Azure's own client of it ends at an event it does not know
            return [self._beta(event)] if self._dialect.knows(kind) else []
        if kind == "conversation.item.done" or not self._dialect.knows(kind):
            return []  # the GA services' own rule for `done` is below
        return [self._dialect.to_wire(self._padded(one)) for one in self._ga_events(event)]

    def _beta(self, event: Event) -> Event:
        if event["type"] == _TRANSCRIPTION + "completed":
            event = _without(event, "usage")
        return self._dialect.to_wire(event)  # unverified: vl-old-echo

    def _ga_events(self, event: Event) -> Iterable[Event]:
        kind = event["type"]
        if "item" in event:
            event = {**event, "item": _bare(event["item"])}
        if "response" in event:
            event = {**event, "response": _bare_response(event["response"])}
        if kind == "conversation.item.created":
            return self._created(event)
        if kind == _RESPONSE_ITEM:
            return self._item_done(event)
        if kind.startswith("response.content_part."):
            return [self._part(event)]
        if kind == "response.text.done":
            self._texts[event["item_id"]] = event["text"]
        if kind == _TRANSCRIPTION + "delta":
            return self._tokens(event)
        if kind == "response.done" and self._rate_limits:
            return [event, self._limits(event)]
        return [event]

    def _limits(self, event: Event) -> Event:
        spent = event["response"]["usage"]["total_tokens"]
        left = {"name": "tokens", "limit": TOKENS_A_MINUTE, "remaining": TOKENS_A_MINUTE - spent, "reset_seconds": 0.002}
        return {"type": "rate_limits.updated", "event_id": self._ids.event(), "rate_limits": [left]}

    def _created(self, event: Event) -> list[Event]:
        item = event["item"]
        self._previous[item["id"]] = event["previous_item_id"]
        if item.get("status") == "in_progress":
            return [event]
        return [event, self._done(item, event["previous_item_id"])]

    def _item_done(self, event: Event) -> list[Event]:
        item = event["item"]
        before = self._previous.get(item["id"])
        # Recorded: the first answer of a conversation is told as following nothing.
        previous = before if before is not None and self._previous.get(before) is not None else None
        return [self._done(item, previous), event] if item["id"] in self._previous else [event]

    def _done(self, item: Mapping[str, Any], previous: str | None) -> Event:
        return {
            "event_id": self._ids.event(),
            "type": "conversation.item.done",
            "previous_item_id": previous,
            "item": item,
        }

    def _part(self, event: Event) -> Event:
        part = dict(event["part"])
        if part["type"] == "text" and event["type"].endswith("done"):
            part["text"] = self._texts.pop(event["item_id"], "")
        twice = {"content": part} if self._dialect is AZURE_OPENAI else {}
        return {**event, "part": part, **twice}

    def _tokens(self, event: Event) -> list[Event]:
        tokens = _TOKEN.findall(event["delta"]) or [event["delta"]]
        return [{**event, "event_id": self._ids.event(), "delta": token} for token in tokens]

    def _padded(self, event: Event) -> Event:
        if not self._openai or event["type"] not in _PADDED:
            return event
        return {**event, "obfuscation": self._ids.padding(-len(event["delta"]) % _PAD_TO or _PAD_TO)}


def _without(source: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in source.items() if key != name}


def _bare(item: Mapping[str, Any]) -> dict[str, Any]:
    """GA items do not say that they are items."""
    return _without(item, "object")


def _bare_response(response: Mapping[str, Any]) -> dict[str, Any]:
    """GA responses have no temperature, and count no reasoning."""
    found = {**_without(response, "temperature"), "output": [_bare(item) for item in response["output"]]}
    if usage := found.get("usage"):
        details = _without(usage["output_token_details"], "reasoning_tokens")
        found["usage"] = {**usage, "output_token_details": details}
    return found
