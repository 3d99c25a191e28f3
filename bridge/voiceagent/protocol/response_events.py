"""What every realtime engine may say about a response: its items, its words, its audio and its end; one class for each type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.protocol.realtime_event import Base64, Item, Object, Response, ServerEvent, by_type


@dataclass(frozen=True, slots=True)
class ResponseCreated(ServerEvent):
    """A response began."""

    TYPE = "response.created"
    response: Response

    @property
    def response_id(self) -> str:
        """The id of the response, or ""."""
        return self.response.get("id") or ""

    @property
    def status(self) -> str:
        """in_progress, completed, cancelled, incomplete or failed; "" when the engine does not say."""
        return self.response.get("status") or ""


@dataclass(frozen=True, slots=True)
class ResponseDone(ServerEvent):
    """A response ended: completed, cancelled, incomplete or failed."""

    TYPE = "response.done"
    response: Response

    @property
    def response_id(self) -> str:
        """The id of the response, or ""."""
        return self.response.get("id") or ""

    @property
    def status(self) -> str:
        """in_progress, completed, cancelled, incomplete or failed; "" when the engine does not say."""
        return self.response.get("status") or ""

    @property
    def reason(self) -> str:
        """Why it did not complete: turn_detected, client_cancelled, max_output_tokens, an error code, …, or ""."""
        why = (self.response.get("status_details") or {}).get("reason")
        why = why or self._failure.get("code") or self._failure.get("type")
        return why if isinstance(why, str) else ""

    @property
    def message(self) -> str:
        """The engine's sentence about a failure, or ""."""
        sentence = self._failure.get("message")
        return sentence if isinstance(sentence, str) else ""

    @property
    def _failure(self) -> Mapping[str, Any]:
        failure = (self.response.get("status_details") or {}).get("error")
        return failure if isinstance(failure, dict) else {}

    @property
    def usage(self) -> dict[str, int]:
        """Tokens by kind under the engine's own names; a nested count is joined with a dot."""
        return dict(_counts(self.response.get("usage") or {}))


@dataclass(frozen=True, slots=True)
class ResponseOutputItemAdded(ServerEvent):
    """An item of a response began: a message or a function call."""

    TYPE = "response.output_item.added"
    response_id: str
    output_index: int
    item: Item | None = None

    @property
    def item_id(self) -> str:
        """The id of the item, or ""."""
        return (self.item or {}).get("id") or ""

    @property
    def item_type(self) -> str:
        """message, function_call, function_call_output, …, or ""."""
        return (self.item or {}).get("type") or ""


@dataclass(frozen=True, slots=True)
class ResponseOutputItemDone(ServerEvent):
    """An item of a response is complete."""

    TYPE = "response.output_item.done"
    response_id: str
    output_index: int
    item: Item | None = None

    @property
    def item_id(self) -> str:
        """The id of the item, or ""."""
        return (self.item or {}).get("id") or ""

    @property
    def item_type(self) -> str:
        """message, function_call, function_call_output, …, or ""."""
        return (self.item or {}).get("type") or ""


@dataclass(frozen=True, slots=True)
class ResponseContentPartAdded(ServerEvent):
    """A part of an item began: audio or text."""

    TYPE = "response.content_part.added"
    response_id: str
    item_id: str
    output_index: int
    content_index: int
    part: Object


@dataclass(frozen=True, slots=True)
class ResponseContentPartDone(ServerEvent):
    """A part of an item is complete; its text may be empty on text output."""

    TYPE = "response.content_part.done"
    response_id: str
    item_id: str
    output_index: int
    content_index: int
    part: Object


@dataclass(frozen=True, slots=True)
class ResponseTextDelta(ServerEvent):
    """A further piece of written text."""

    TYPE = "response.text.delta"
    response_id: str
    item_id: str
    output_index: int
    content_index: int
    delta: str


@dataclass(frozen=True, slots=True)
class ResponseTextDone(ServerEvent):
    """All of a written text."""

    TYPE = "response.text.done"
    response_id: str
    item_id: str
    output_index: int
    content_index: int
    text: str


@dataclass(frozen=True, slots=True)
class ResponseAudioTranscriptDelta(ServerEvent):
    """A further piece of the words being spoken; runs ahead of the audio."""

    TYPE = "response.audio_transcript.delta"
    response_id: str
    item_id: str
    output_index: int
    content_index: int
    delta: str


@dataclass(frozen=True, slots=True)
class ResponseAudioTranscriptDone(ServerEvent):
    """All the words spoken in a part."""

    TYPE = "response.audio_transcript.done"
    response_id: str
    item_id: str
    output_index: int
    content_index: int
    transcript: str


@dataclass(frozen=True, slots=True)
class ResponseAudioDelta(ServerEvent):
    """A stretch of speech."""

    TYPE = "response.audio.delta"
    response_id: str
    item_id: str
    output_index: int
    content_index: int
    delta: Base64


@dataclass(frozen=True, slots=True)
class ResponseAudioDone(ServerEvent):
    """All audio of a part was sent."""

    TYPE = "response.audio.done"
    response_id: str
    item_id: str
    output_index: int
    content_index: int


@dataclass(frozen=True, slots=True)
class ResponseFunctionCallArgumentsDelta(ServerEvent):
    """A further piece of the arguments of a call."""

    TYPE = "response.function_call_arguments.delta"
    response_id: str
    item_id: str
    output_index: int
    call_id: str
    delta: str


@dataclass(frozen=True, slots=True)
class ResponseFunctionCallArgumentsDone(ServerEvent):
    """All arguments of a call; older services leave the name to the item."""

    TYPE = "response.function_call_arguments.done"
    response_id: str
    item_id: str
    output_index: int
    call_id: str
    arguments: str
    name: str | None = None


def _counts(usage: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, int]]:
    for name, count in usage.items():
        if type(count) is int:
            yield path + name, count
        elif isinstance(count, dict):
            yield from _counts(count, f"{path}{name}.")


RESPONSE_EVENTS = by_type(list(globals().values()), ServerEvent)
"""Every event declared here by its type."""
