"""The conversation: its items in order, as the client sees them and as the thinker sees them.

The two views differ in one thing: words that were generated but never heard. Truncating an assistant item takes them out of the
thinker's view, so that an interrupted agent does not believe it has said everything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.emulators.voice_live import answers, errors
from voiceagent.emulators.voice_live.source import Entry


@dataclass(slots=True)
class Spoken:
    """What an assistant item says and when: pieces of text, each with the millisecond of the item's audio it starts at."""

    segments: list[tuple[float, str]] = field(default_factory=list)
    audio_ms: float = 0.0
    heard_ms: float | None = None
    """Where the client (or auto_truncate) cut; None: never cut."""

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.segments)

    def heard_text(self) -> str:
        """The text up to the cut, at a word's end, each segment in proportion to its own audio."""
        if self.heard_ms is None:
            return self.text
        ends = [start for start, _ in self.segments[1:]] + [self.audio_ms]
        heard = ""
        for (start, text), end in zip(self.segments, ends, strict=True):
            share = (self.heard_ms - start) / (end - start) if end > start else 1.0
            if share < 1:
                return (heard + whole_words(text, share)).rstrip()
            heard += text
        return heard

    def forget_after(self, length: int) -> None:
        """Keep only the first `length` characters: the rest was thought but not sent before a cancellation."""
        kept: list[tuple[float, str]] = []
        for start, text in self.segments:
            if length <= 0:
                break
            kept.append((start, text[:length]))
            length -= len(text)
        self.segments = kept


def whole_words(text: str, share: float) -> str:
    """The first `share` of a text, without the word that was being spoken."""
    cut = int(len(text) * max(0.0, share))
    while 0 < cut < len(text) and not text[cut].isspace():
        cut -= 1
    return text[:cut]


@dataclass(slots=True)
class Item:
    """One item. `parts` is its content as echoed; a spoken assistant item has `spoken`, a spoken user item `audio_ms`."""

    id: str
    kind: str
    role: str = ""
    status: str = "completed"
    parts: list[dict[str, Any]] = field(default_factory=list)
    name: str = ""
    call_id: str = ""
    text: str = ""
    """Arguments of a call or output of a function."""
    spoken: Spoken | None = None
    audio_ms: float = 0.0
    starts_ms: float = 0.0
    """Where in the appended stream a spoken user item begins."""
    confidence: float | None = None
    """The ear's, for a spoken user item."""
    marker: str = ""
    """`appended_text_after_truncation`, once cut."""
    extras: dict[str, Any] = field(default_factory=dict)
    """The members of an item about MCP, as events carry them."""

    def shown(self) -> dict[str, Any]:
        """The item as events carry it."""
        if self.kind == "function_call":
            return answers.call_item(self.id, self.status, name=self.name, call_id=self.call_id, arguments=self.text)
        if self.kind == "function_call_output":
            return answers.output_item(self.id, call_id=self.call_id, output=self.text)
        if self.kind != "message":
            return {"id": self.id, "object": "realtime.item", "type": self.kind, **self.extras}
        return answers.message_item(self.id, self.role, self.status, self.parts)

    def words(self) -> str:
        """What was said or written, cut to what was heard."""
        if self.spoken is not None:
            return self.spoken.heard_text() + (self.marker if self.spoken.heard_ms is not None else "")
        return " ".join(filter(None, (str(part.get("text") or part.get("transcript") or "") for part in self.parts)))

    def entry(self) -> Entry:
        """The item as the thinker sees it."""
        if self.kind == "function_call":
            return Entry("call", name=self.name, call_id=self.call_id, text=self.text)
        if self.kind == "function_call_output":
            return Entry("output", call_id=self.call_id, text=self.text)
        return Entry("message", role=self.role, text=self.words(), confidence=self.confidence)

    def entries(self) -> tuple[Entry, ...]:
        """The same, for items that are two things to the thinker (a call of an MCP tool with its output), or nothing."""
        if self.kind in ("message", "function_call", "function_call_output"):
            return (self.entry(),)
        output = self.extras.get("output") or self.extras.get("error")
        if self.kind != "mcp_call" or output is None:
            return ()
        return (
            Entry("call", name=self.extras["name"], call_id=self.id, text=self.extras["arguments"]),
            Entry("output", call_id=self.id, text=str(output)),
        )


class Conversation:
    """Items in order. Every failure is a `Refusal` and changes nothing."""

    def __init__(self) -> None:
        self.items: list[Item] = []

    def before(self, item: Item) -> str | None:
        """The id of the item that this one follows."""
        place = next((n for n, one in enumerate(self.items) if one is item), 0)
        return self.items[place - 1].id if place else None

    def add(self, item: Item, previous_item_id: str | None = None) -> str | None:
        """Put an item after another (`root`: first; None: last); the id it now follows."""
        if any(known.id == item.id for known in self.items):
            raise errors.Refusal(f"Error creating item: item id '{item.id}' already exists.", param="item.id")
        place = len(self.items)
        if previous_item_id == "root":
            place = 0
        elif previous_item_id is not None:
            place = self.items.index(self.find(previous_item_id, "create")) + 1
        self.items.insert(place, item)
        return self.items[place - 1].id if place else None

    def find(self, item_id: object, operation: str) -> Item:
        for item in self.items:
            if item.id == item_id:
                return item
        raise errors.unknown_item(operation, item_id)

    def delete(self, item_id: object) -> None:
        self.items.remove(self.find(item_id, "delete"))

    def truncate(self, item_id: object, audio_end_ms: float, marker: str = "") -> Item:
        """Cut a spoken assistant item at what was heard."""
        item = self.find(item_id, "truncate")
        if item.spoken is None:
            raise errors.not_speech()
        if audio_end_ms > item.spoken.audio_ms + 1:  # a client rounds the duration of what it received
            raise errors.shorter_already(item.spoken.audio_ms, audio_end_ms)
        item.spoken.heard_ms = audio_end_ms
        item.marker = marker
        return item

    def write(self, item_id: object, delta: str, content_index: int = 0) -> Item:
        """Add text to a part of an item that is streamed in."""
        item = self.find(item_id, "create")
        if not 0 <= content_index < len(item.parts) or not isinstance(item.parts[content_index].get("text"), str):
            raise errors.Refusal(f"Item '{item_id}' has no text part {content_index}.", param="content_index")
        item.parts[content_index]["text"] += delta
        return item

    def entries(self) -> tuple[Entry, ...]:
        return tuple(entry for item in self.items for entry in item.entries())


def read_item(body: Mapping[str, Any], *, new_id: str) -> Item:
    """An item as a client writes it; raises `Refusal`."""
    kind = body.get("type")
    item_id = body.get("id") or new_id
    if kind == "message":
        role = body.get("role")
        if role not in ("system", "user", "assistant"):
            raise errors.Refusal(f"Invalid value: '{role}'.", param="item.role")
        content = body.get("content") or []
        if not isinstance(content, list):
            raise errors.Refusal("The content of a message is a list.", param="item.content")
        parts = [_read_part(part) for part in content]
        return Item(item_id, "message", role=role, status=body.get("status") or "completed", parts=parts)
    if kind == "mcp_approval_response":
        return _read_approval(body, item_id)
    required = {"function_call": ("name", "call_id", "arguments"), "function_call_output": ("call_id", "output")}.get(str(kind))
    if required is None:
        raise errors.Refusal(f"Invalid value: '{kind}'.", param="item.type")
    for name in required:
        if not isinstance(body.get(name), str):
            raise errors.missing(f"item.{name}")
    text = str(body["arguments"] if kind == "function_call" else body["output"])
    return Item(item_id, str(kind), name=str(body.get("name", "")), call_id=body["call_id"], text=text)


def _read_approval(body: Mapping[str, Any], item_id: str) -> Item:
    if not isinstance(body.get("approval_request_id"), str):
        raise errors.missing("item.approval_request_id")
    if not isinstance(body.get("approve"), bool):
        raise errors.missing("item.approve")
    extras = {name: body.get(name) for name in ("approval_request_id", "approve", "reason")}
    return Item(item_id, "mcp_approval_response", extras=extras)


def _read_part(part: Any) -> dict[str, Any]:
    """A content part as echoed: `output_text` comes back as `text`, audio is not sent back."""
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind in ("input_text", "text", "output_text"):
        if not isinstance(part.get("text"), str):
            raise errors.missing("item.content.text")
        return {"type": "text" if kind == "output_text" else kind, "text": part["text"]}
    if kind in ("input_audio", "audio"):
        return {"type": kind, "transcript": part.get("transcript")}
    if kind == "input_image":
        return dict(part)
    raise errors.Refusal(f"Invalid value: '{kind}'.", param="item.content.type")
