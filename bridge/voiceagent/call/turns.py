"""Whose turn it is on the caller's side, and when the caller really spoke.

The engine places speech on its own audio clock, which counts the caller audio we passed to it; its zero on our clock is the
moment of `CallerAudioBegan`, later by what was lost on the way to it (`CallerAudioLost`). The reported start of a turn
includes the padding the engine keeps from before the onset (an inference from the parameter's name: unverified for each kind of
detection), and the reported end the silence it waited for; so the caller began later and stopped earlier, and from there counts
how long the agent takes.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from voiceagent.call.commands import CallerTurnNoted, Command
from voiceagent.call.tables import Machine, Table
from voiceagent.discreet import Words

FloorState = Literal["silent", "speaking", "pending"]
FloorSignal = Literal["speech_started", "speech_stopped", "reply_started", "overdue"]

FLOOR: Table[FloorState, FloorSignal, str] = Table(
    name="The caller's turn",
    about="Pending: the caller has stopped and the engine owes a reply of its own.",
    start="silent",
    rules={
        ("silent", "speech_started"): ("speaking", None),
        ("silent", "speech_stopped"): ("pending", None),
        ("speaking", "speech_stopped"): ("pending", None),
        ("speaking", "overdue"): ("silent", None),
        ("pending", "speech_started"): ("speaking", None),
        ("pending", "speech_stopped"): ("pending", None),
        ("pending", "reply_started"): ("silent", None),
        ("pending", "overdue"): ("silent", None),
    },
)

PENDING_MS = 5_000
"""How long the engine may owe a reply: a cough ends a turn too and is never answered. A cold engine was seen to need more than
6 s; its reply is still played, we only stop reserving the floor for it."""

SPEAKING_MS = 120_000
"""A turn without an end for this long is a lost event, not a speech."""

TEXT_MS = 3_000.0
"""How long after the end of a turn its words may take; later ones are not worth waiting for."""

_REMEMBERED_TURNS = 64
"""Turns whose text may still come; texts are seconds late, not minutes."""


@dataclass(slots=True)
class _Turn:
    start_ms: float | None = None
    end_ms: float | None = None
    noted: bool = False


class CallerTurns:
    """The caller's turns of one call. Methods return the notes they give rise to."""

    def __init__(self, end_silence_ms: float, onset_padding_ms: float = 0.0) -> None:
        self._end_silence_ms = end_silence_ms
        self._onset_padding_ms = onset_padding_ms
        self._floor = Machine(FLOOR)
        self._turns: OrderedDict[str, _Turn] = OrderedDict()
        self._audio_zero: float | None = None
        self._due: float | None = None
        self._written = 0
        self._unknown: OrderedDict[str, tuple[float, float | None]] = OrderedDict()  # start of speech, and when it was over
        self.known_until = 0.0
        """When the last speech ended whose words are known."""
        self.spoke_until: float | None = None
        """When the caller stopped speaking, until a reply to it was heard (`answered`)."""

    @property
    def state(self) -> FloorState:
        return self._floor.state

    @property
    def silent(self) -> bool:
        return self._floor.state == "silent"

    def audio_began(self, now: float) -> None:
        """The first caller audio went to the engine: the zero of its clock."""
        if self._audio_zero is None:
            self._audio_zero = now

    def audio_lost(self, ms: float) -> None:
        """So much audio never reached the engine: its clock is that much later from here on."""
        if self._audio_zero is not None:
            self._audio_zero += ms

    def started(self, item_id: str, audio_start_ms: float, now: float) -> float:
        """The engine heard speech begin; returns the onset on our clock."""
        onset = min(now, self._on_our_clock(audio_start_ms, now) + self._onset_padding_ms)
        turn = self._turn(item_id)
        if turn.start_ms is None:
            turn.start_ms = onset
        self._floor.signal("speech_started")
        self._due = now + SPEAKING_MS
        self.spoke_until = None
        self._unknown[item_id] = (onset, None)
        return onset

    def stopped(self, item_id: str, audio_end_ms: float, now: float) -> float:
        """The engine ended the caller's turn; returns the end of the speech on our clock."""
        turn = self._turn(item_id)
        end = self._on_our_clock(audio_end_ms, now) - self._end_silence_ms
        turn.end_ms = self.spoke_until = max(end, turn.start_ms or 0.0)
        self._floor.signal("speech_stopped")
        self._due = now + PENDING_MS
        if item_id in self._unknown:
            self._unknown[item_id] = (self._unknown[item_id][0], now)
        return turn.end_ms

    def reply_started(self) -> None:
        """A reply is under way: nothing is owed any more."""
        if self._floor.state == "pending":
            self._floor.signal("reply_started")
            self._due = None

    def latency(self, now: float) -> float | None:
        """How long the caller waited until `now`, once per turn; None when the agent speaks unasked."""
        began, self.spoke_until = self.spoke_until, None
        return None if began is None else max(0.0, now - began)

    def transcribed(self, item_id: str, text: Words, now: float) -> list[Command]:
        """The text of a turn is known. An empty one was noise."""
        turn = self._turn(item_id)
        if self._unknown.pop(item_id, None) is not None and turn.end_ms is not None:
            self.known_until = max(self.known_until, turn.end_ms)
        if turn.noted or not text.strip():
            return []
        turn.noted = True
        start = now if turn.start_ms is None else turn.start_ms
        end = now if turn.end_ms is None else turn.end_ms
        return [CallerTurnNoted(item_id, text, min(start, end), end)]

    def wrote(self, text: Words, now: float) -> list[Command]:
        """A turn in writing takes no time."""
        self._written += 1
        self.spoke_until = now
        return [CallerTurnNoted(f"written-{self._written}", text, now, now)]

    @property
    def unknown_since(self) -> float | None:
        """When the oldest speech began whose words may still come; None if there is none."""
        return min((start for start, _ in self._unknown.values()), default=None)

    def known_by(self) -> float | None:
        """When the words of all that was said will be known, or will not come any more; None while somebody speaks."""
        ends = [over for _, over in self._unknown.values()]
        return None if None in ends else max((over + TEXT_MS for over in ends if over is not None), default=None)

    def engine_gone(self) -> None:
        """The engine that heard the caller is no more: nothing is owed, and nobody has the floor."""
        self._floor = Machine(FLOOR)
        self._due = None

    def engine_changed(self) -> None:
        """What the former engine heard it will not tell any more."""
        self._unknown.clear()

    def audio_began_again(self, ms: float, now: float) -> None:
        """A new engine was given the last `ms` of the caller's audio: its clock began so long ago."""
        self._audio_zero = now - ms

    def settle(self, now: float) -> None:
        """Give the floor back when its time is over, and wait for no words that are too late."""
        for item_id in [one for one, (_, over) in self._unknown.items() if over is not None and now >= over + TEXT_MS]:
            del self._unknown[item_id]
        if self._due is not None and now >= self._due:
            self._due = None
            self._floor.signal("overdue")
            for item_id, (onset, over) in self._unknown.items():  # an end that was never told is no reason to wait for ever
                self._unknown[item_id] = (onset, now if over is None else over)

    def deadline(self) -> float | None:
        return self._due

    def _turn(self, item_id: str) -> _Turn:
        turn = self._turns.get(item_id)
        if turn is None:
            turn = self._turns[item_id] = _Turn()
            if len(self._turns) > _REMEMBERED_TURNS:
                self._turns.popitem(last=False)
        return turn

    def _on_our_clock(self, audio_ms: float, now: float) -> float:
        if self._audio_zero is None:
            return now
        # Audio kept back until the engine was ready goes out faster than time: its first frame is older than we thought.
        self._audio_zero = min(self._audio_zero, now - audio_ms)
        return self._audio_zero + audio_ms
