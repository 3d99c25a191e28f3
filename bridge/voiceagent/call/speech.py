"""What the agent says, item by item, from its first audio to the moment the caller has heard the last of it.

Words run ahead of audio, audio runs ahead of the ear, and the reply is usually complete long before it is heard; so an item
ends here when `Playback` says it was heard, not when the engine says it was sent.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from voiceagent.call.commands import AgentSpeechBegan, AgentTurnNoted, Command
from voiceagent.call.playback import Playback
from voiceagent.call.tables import Machine, Table
from voiceagent.discreet import Words

ItemState = Literal["announced", "queued", "audible", "heard", "interrupted", "unheard"]
ItemSignal = Literal["audio_began", "playback_began", "played_out", "stopped"]

ITEM: Table[ItemState, ItemSignal, Literal["note_beginning", "note_turn"]] = Table(
    name="An item of the agent's speech",
    about="Played out: the engine has sent all of it and the playout clock has passed its end. Unheard items leave no note.",
    start="announced",
    rules={
        ("announced", "audio_began"): ("queued", None),
        ("announced", "playback_began"): ("audible", "note_beginning"),
        ("announced", "played_out"): ("unheard", None),
        ("announced", "stopped"): ("unheard", None),
        ("queued", "playback_began"): ("audible", "note_beginning"),
        ("queued", "played_out"): ("unheard", None),
        ("queued", "stopped"): ("unheard", None),
        ("audible", "played_out"): ("heard", "note_turn"),
        ("audible", "stopped"): ("interrupted", "note_turn"),
    },
)

_REMEMBERED_ITEMS = 64
"""Finished items whose late events are still recognised as late."""


@dataclass(slots=True)
class Item:
    """One item of speech that is not over yet."""

    item_id: str
    reply_id: str
    machine: Machine[ItemState, ItemSignal, Literal["note_beginning", "note_turn"]] = field(
        default_factory=lambda: Machine(ITEM)
    )
    pieces: list[str] = field(default_factory=list)
    all_sent: bool = False
    began_at: float = 0.0
    latency_ms: float | None = None
    word_ends: list[float] = field(default_factory=list)
    unknown_to_engine: bool = False
    """The engine that answers now has no such item: another one said it, or a voice of ours, or it was said in the meantime."""

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def whole_words(self, heard_ms: float) -> float | None:
        """Where the last word ends of which the caller has heard all; None when the engine does not tell when words end."""
        return max((end for end in self.word_ends if end <= heard_ms), default=0.0) if self.word_ends else None

    def text_heard(self, heard_ms: float, share: float) -> str:
        """The words of which the caller has heard all; by their times, else by the share of the audio."""
        if not self.word_ends:
            return cut_words(self.text, share)
        return " ".join(self.text.split()[: sum(end <= heard_ms for end in self.word_ends)])


class Speech:
    """The items of one call that are being said. Methods return the notes they give rise to."""

    def __init__(self, playback: Playback) -> None:
        self._playback = playback
        self._items: dict[str, Item] = {}
        self._over: deque[str] = deque(maxlen=_REMEMBERED_ITEMS)
        self._dropped: deque[str] = deque(maxlen=_REMEMBERED_ITEMS)

    @property
    def busy(self) -> bool:
        """True while an item is being said or will be."""
        return bool(self._items)

    def items(self) -> list[Item]:
        """The items that are not over, in the order they were announced."""
        return list(self._items.values())

    def drop(self, reply_id: str) -> None:
        """Nothing of this reply will be heard any more, whatever the engine still sends."""
        self._dropped.append(reply_id)

    def announced(self, reply_id: str, item_id: str, *, remembered: bool = True) -> Item | None:
        """An item began; None if it, or its reply, is over already (a late event). `remembered`: the engine keeps it."""
        if item_id in self._over or reply_id in self._dropped:
            return None
        return self._items.setdefault(item_id, Item(item_id, reply_id, unknown_to_engine=not remembered))

    def engine_changed(self) -> None:
        """The engine that answers from here on has said none of this."""
        for item in self._items.values():
            item.unknown_to_engine = True

    def audio_began(self, reply_id: str, item_id: str) -> None:
        item = self.announced(reply_id, item_id)
        if item is not None:
            item.machine.signal("audio_began")

    def audio_ended(self, item_id: str) -> None:
        """The engine has sent all audio of an item."""
        if item_id in self._items:
            self._items[item_id].all_sent = True

    def words_arrived(self, item_id: str, delta: Words) -> None:
        if item_id in self._items:
            self._items[item_id].pieces.append(delta.shown)

    def words_ended(self, item_id: str, text: Words) -> None:
        if item_id in self._items:
            self._items[item_id].pieces = [text.shown]

    def word_timed(self, item_id: str, ends_at_ms: float) -> None:
        """The engine told where a word ends in the audio of an item."""
        if item_id in self._items:
            self._items[item_id].word_ends.append(ends_at_ms)

    def reply_ended(self, reply_id: str) -> None:
        """Nothing more comes of this reply, whatever was announced."""
        for item in self._items.values():
            if item.reply_id == reply_id:
                item.all_sent = True

    def begins(self, item_id: str) -> bool:
        """True if the caller has not heard anything of this item yet."""
        item = self._items.get(item_id)
        return item is not None and item.machine.allows("playback_began")

    def reply_of(self, item_id: str) -> str:
        """The reply an item belongs to; "" for one that is over or unknown."""
        item = self._items.get(item_id)
        return item.reply_id if item is not None else ""

    def starts_at(self, item_id: str, now: float) -> float:
        """When the caller hears the first of an item: `now`, or when what was handed over before it has been played."""
        starts_at = self._playback.item_starts_at(item_id)
        return now if starts_at is None else max(now, starts_at)

    def playback_began(self, item_id: str, latency_ms: float | None, now: float) -> list[Command]:
        """The first of an item was handed over; it will be heard at once, or after what was handed over before."""
        item = self._items.get(item_id)
        if item is None or item.machine.signal("playback_began") != "note_beginning":
            return []
        item.began_at, item.latency_ms = self.starts_at(item_id, now), latency_ms
        return [AgentSpeechBegan(item_id, latency_ms)]

    def settle(self, now: float) -> list[Command]:
        """Note the items that were heard to their end."""
        out: list[Command] = []
        for item in self.items():
            ends_at = self._ends_at(item)
            if ends_at is not None and ends_at <= now:
                out += self._finish(item, "played_out", now)
        return out

    def stop(self, now: float) -> list[Command]:
        """All that is being said ends here; call before the playback is flushed."""
        return [note for item in self.items() for note in self._finish(item, "stopped", now)]

    def deadline(self) -> float | None:
        """When the first item will have been heard, as far as known."""
        ends = [self._ends_at(item) for item in self._items.values()]
        return min((end for end in ends if end is not None), default=None)

    def _ends_at(self, item: Item) -> float | None:
        if not item.all_sent:
            return None
        if not self._playback.arrived_ms(item.item_id):
            return 0.0  # nothing to hear: a reply that was cancelled or failed before it spoke
        return self._playback.item_ends_at(item.item_id)

    def _finish(self, item: Item, signal: ItemSignal, now: float) -> list[Command]:
        del self._items[item.item_id]
        self._over.append(item.item_id)
        if item.machine.signal(signal) != "note_turn" or now < item.began_at:
            return []  # handed over, but stopped before anything of it was heard
        return [self._turn_note(item, now, interrupted=signal == "stopped")]

    def _turn_note(self, item: Item, now: float, *, interrupted: bool) -> AgentTurnNoted:
        heard, arrived = self._playback.heard_ms(item.item_id, now), self._playback.arrived_ms(item.item_id)
        end: float | None = self._playback.ends_at() if interrupted else self._playback.item_ends_at(item.item_id)
        if end is not None and end <= item.began_at:
            end = None  # nothing of it was sound
        return AgentTurnNoted(
            item_id=item.item_id,
            # What came without audio was read, not heard: all of it.
            text=Words(item.text_heard(heard, heard / arrived) if interrupted and arrived else item.text),
            start_ms=item.began_at,
            end_ms=min(now, end) if end is not None else now,
            interrupted=interrupted,
            heard_ms=heard,
            latency_ms=item.latency_ms,
        )


def cut_words(text: str, share: float) -> str:
    """The words of the first `share` of a text: speech runs about evenly, and half a word was not understood."""
    if share >= 1:
        return text
    length = int(len(text) * share)
    if text[length : length + 1].isspace():
        return text[:length]
    return text[:length].rpartition(" ")[0]
