"""One response from `response.created` to `response.done`: which events its words, sounds and calls become, in which order.

The transcript runs ahead of the audio as on the real service: a few word deltas before each audio delta. Pure: every method
returns the events to send.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from voiceagent.emulators.voice_live import answers
from voiceagent.emulators.voice_live.answers import Event
from voiceagent.emulators.voice_live.conversation import Conversation, Item, Spoken
from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.emulators.voice_live.marks import Marks

WORDS_PER_DELTA = 3
"""Word deltas before each audio delta: about twelve words a second of audio, four times faster than speech."""

AUDIO_TOKENS_OUT_PER_MS = 20 / 1000
AUDIO_TOKENS_IN_PER_MS = 10 / 1000

_QUARTER_SECOND = "A" * 16_000
"""PCM16 at 24 kHz as base64."""

_TOKEN = re.compile(r"\s*\S+")
_JSON_TOKEN = re.compile(r"\s*(?:[\w.+-]+|\"[\w.+-]*\"?|[^\w\s])")


class Reply:
    """The response in progress. `session` is the effective session: settings with this response's overrides."""

    def __init__(
        self,
        *,
        response_id: str,
        conversation_id: str | None,
        session: Mapping[str, Any],
        ids: Ids,
        conversation: Conversation,
        native: bool,
        clock: Callable[[], float],
        marks: Marks | None = None,
    ) -> None:
        self.id = response_id
        self.status = "in_progress"
        self.speaks = "audio" in session["modalities"]
        self.began = False
        """Something of it was sent."""
        self.first_audio_at: float | None = None
        """When the present item's first audio left, on the caller's clock in ms: what auto_truncate counts from."""
        self.items: list[Item] = []
        self._conversation_id = conversation_id
        self._session = session
        self._ids = ids
        self._conversation = conversation if conversation_id is not None else Conversation()
        self._hidden = conversation_id is None
        self._message_status = "in_progress" if native else "incomplete"
        self._clock = clock
        self._marks = marks or Marks()
        self._marked = 0
        """How many stretches of the open item's words have their marks told."""
        self._open: Item | None = None
        self._unsent: deque[str] = deque()
        self._sent_text = ""
        self._text_in, self._audio_in = _input_tokens(self._conversation, str(session["instructions"]))

    def created(self) -> Event:
        return answers.event("response.created", response=self.shown())

    def shown(self, details: Mapping[str, Any] | None = None) -> Event:
        """The response object as it is now."""
        done = self.status != "in_progress"
        return answers.response_object(
            self.id,
            conversation_id=self._conversation_id,
            session=self._session,
            status=self.status,
            details=details,
            output=[item.shown() for item in self.items if not _is_interim(item)] if done else (),
            usage=self._usage() if done else None,
        )

    def words(self, text: str, starts_ms: float) -> list[Event]:
        """The next words; `starts_ms` is where in the item's audio they begin."""
        events = self._opened()
        assert self._open is not None
        if self._open.spoken is None:
            return events + self._word_deltas(_TOKEN.findall(text), "response.text.delta")
        events += self._marks_until(starts_ms)
        self._open.spoken.segments.append((starts_ms, text))
        fresh = not self._sent_text
        self._unsent.extend(_TOKEN.findall(text))
        return events + (self._next_words() if fresh else [])

    def sound(self, payload: str, duration_ms: float) -> list[Event]:
        """A base64 delta of audio; empty once the response is over (a late piece)."""
        if self.status != "in_progress":
            return []
        events = self._opened()
        assert self._open is not None
        assert self._open.spoken is not None
        if not self._open.spoken.audio_ms:
            self.first_audio_at = self._clock()
        self._open.spoken.audio_ms += duration_ms
        return [*events, *self._next_words(), self._content_event("response.audio.delta", delta=payload)]

    def call(self, name: str, arguments: str) -> list[Event]:
        """A whole function call item."""
        events = self._message_closed("completed")
        item = Item(self._ids.item(), "function_call", status="in_progress", name=name, call_id=self._ids.call())
        events += self._item_added(item)
        where = {"response_id": self.id, "item_id": item.id, "output_index": len(self.items) - 1, "call_id": item.call_id}
        for token in _json_tokens(arguments):
            events.append(answers.event("response.function_call_arguments.delta", **where, delta=token))
        item.status, item.text = "completed", arguments
        done = answers.event("response.function_call_arguments.done", **where, name=name, arguments=arguments)
        return [*events, done, self._item_event("response.output_item.done", item)]

    def mcp_call(self, item: Item, arguments: str) -> list[Event]:
        """A call of an MCP tool as far as the response tells it: it runs when the response is over."""
        events = self._message_closed("completed")
        known, item.extras["arguments"] = item.extras["arguments"], ""
        events += self._item_added(item)
        item.extras["arguments"] = known
        where = {"response_id": self.id, "item_id": item.id, "output_index": len(self.items) - 1}
        for token in _json_tokens(arguments):
            events.append(answers.event("response.mcp_call_arguments.delta", **where, delta=token))
        return [*events, answers.event("response.mcp_call_arguments.done", **where, arguments=arguments)]

    def whole(self, item: Item) -> list[Event]:
        """An item that is complete at once."""
        events = self._message_closed("completed")
        return [*events, *self._item_added(item), self._item_event("response.output_item.done", item)]

    def interim(self) -> list[Event]:
        """Words and sound from here on are said in the meantime: an item of its own, which nobody remembers."""
        return [*self._message_closed("completed"), *self._opened(self._ids.interim())]

    def interim_over(self) -> list[Event]:
        """The answer itself comes now."""
        return self._message_closed("completed") if self._open is not None and _is_interim(self._open) else []

    def emit(self, source: Mapping[str, Any]) -> list[Event]:
        """An event of the script; what it does not tell of its place in the response is filled in."""
        events = self._opened() if source["type"].startswith(("response.audio", "response.animation")) else []
        place = {
            "response_id": self.id,
            "item_id": self.items[-1].id if self.items else self._ids.item(),
            "output_index": max(0, len(self.items) - 1),
            "content_index": 0,
            "sequence_number": 0,
        }
        wanted = answers.PLACES.get(source["type"], ())
        return [*events, {**{name: place[name] for name in wanted}, **source}]

    def finished(self, status: str, details: Mapping[str, Any] | None = None) -> list[Event]:
        """Close what is open and the response itself."""
        events = self._message_closed("completed" if status == "completed" else "incomplete")
        self.status = status
        return [*events, answers.event("response.done", response=self.shown(details))]

    def late_delta(self) -> list[Event]:
        """A quarter second of silence that was under way when the response was cancelled; nothing if it never spoke."""
        spoken = next((place for place, item in enumerate(self.items) if item.spoken), None)
        if spoken is None:
            return []
        where = {"response_id": self.id, "item_id": self.items[spoken].id, "output_index": spoken, "content_index": 0}
        return [answers.event("response.audio.delta", **where, delta=_QUARTER_SECOND)]

    def _opened(self, item_id: str = "") -> list[Event]:
        if self._open is not None:
            return []
        item = Item(item_id or self._ids.item(), "message", role="assistant", status=self._message_status)
        events = self._item_added(item)
        self._open = item
        self._sent_text = ""
        self._marked = 0
        if self.speaks:
            item.spoken = Spoken()
            item.parts = [{"type": "audio", "transcript": ""}]
        else:
            item.parts = [{"type": "text", "text": ""}]
        return [*events, self._content_event("response.content_part.added", part=dict(item.parts[0]))]

    def _item_added(self, item: Item) -> list[Event]:
        self.began = True
        self.items.append(item)
        added = self._item_event("response.output_item.added", item)
        if _is_interim(item):
            return [added]
        previous = self._conversation.add(item)
        return [added] if self._hidden else [added, answers.item_created(previous, item.shown())]

    def _next_words(self) -> list[Event]:
        count = min(WORDS_PER_DELTA, len(self._unsent))
        return self._word_deltas([self._unsent.popleft() for _ in range(count)], "response.audio_transcript.delta")

    def _word_deltas(self, tokens: list[str], kind: str) -> list[Event]:
        self._sent_text += "".join(tokens)
        return [self._content_event(kind, delta=token) for token in tokens]

    def _message_closed(self, status: str) -> list[Event]:
        item, self._open = self._open, None
        if item is None:
            return []
        self._open = item  # the content events below still belong to it
        events = self._text_closed(item) if item.spoken is None else self._speech_closed(item, item.spoken, status)
        self._open = None
        item.status = status
        return [*events, self._item_event("response.output_item.done", item)]

    def _text_closed(self, item: Item) -> list[Event]:
        item.parts = [{"type": "text", "text": self._sent_text}]
        return [
            self._content_event("response.text.done", text=self._sent_text),
            # Recorded: the part of a text answer comes back empty; the text is in text.done and in the item.
            self._content_event("response.content_part.done", part={"type": "text", "text": ""}),
        ]

    def _speech_closed(self, item: Item, spoken: Spoken, status: str) -> list[Event]:
        rest = list(self._unsent) if status == "completed" else []
        self._unsent.clear()
        events = self._word_deltas(rest, "response.audio_transcript.delta")
        spoken.forget_after(len(self._sent_text))
        events += [*self._marks_until(spoken.audio_ms), *self._marks.done(self._where(item))]
        item.parts = [{"type": "audio", "transcript": self._sent_text}]
        return [
            *events,
            self._content_event("response.audio.done"),
            self._content_event("response.audio_transcript.done", transcript=self._sent_text),
            self._content_event("response.content_part.done", part=dict(item.parts[0])),
        ]

    def _marks_until(self, end_ms: float) -> list[Event]:
        """The marks of the words whose sound is complete: all up to this moment of the item's audio."""
        if self._open is None or self._open.spoken is None:
            return []
        fresh = self._open.spoken.segments[self._marked :]
        if not fresh:
            return []
        self._marked += len(fresh)
        ends = [start for start, _ in fresh[1:]] + [end_ms]
        where = self._where(self._open)
        pairs = zip(fresh, ends, strict=True)
        return [one for (start, text), end in pairs for one in self._marks.of(text, start, end, where)]

    def _where(self, item: Item) -> dict[str, Any]:
        index = len(self.items) - 1
        return {"response_id": self.id, "item_id": item.id, "output_index": index, "content_index": 0}

    def _content_event(self, kind: str, **fields: Any) -> Event:
        assert self._open is not None
        return answers.event(kind, **self._where(self._open), **fields)

    def _item_event(self, kind: str, item: Item) -> Event:
        return answers.event(kind, response_id=self.id, output_index=len(self.items) - 1, item=item.shown())

    @property
    def audio_ms(self) -> float:
        """How much sound it has."""
        return sum(item.spoken.audio_ms for item in self.items if item.spoken)

    def _usage(self) -> Event:
        text = sum(count_tokens(item.words() or item.text) for item in self.items)
        audio = int(self.audio_ms * AUDIO_TOKENS_OUT_PER_MS)
        return answers.usage(text_in=self._text_in, audio_in=self._audio_in, text_out=text, audio_out=audio)


def _is_interim(item: Item) -> bool:
    return item.id.startswith("interim_")


def count_tokens(text: str) -> int:
    """An estimate good enough for a cost display: four characters a token. unverified: vl-tokens"""
    return -(-len(text) // 4)


def _input_tokens(conversation: Conversation, instructions: str) -> tuple[int, int]:
    written = sum(count_tokens(item.words() or item.text) for item in conversation.items if not item.audio_ms)
    heard_ms = sum(item.audio_ms for item in conversation.items)
    return count_tokens(instructions) + written, int(heard_ms * AUDIO_TOKENS_IN_PER_MS)


def _json_tokens(arguments: str) -> list[str]:
    tokens = _JSON_TOKEN.findall(arguments)
    rest = arguments[sum(map(len, tokens)) :]
    return [*tokens, rest] if rest else tokens
