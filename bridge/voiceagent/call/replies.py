"""When the engine may be asked to speak: never while it replies, never while the caller has the floor, one wish at a time.

Asking while a response is active is refused (`conversation_already_has_active_response`), and the engine starts replies of
its own, so a wish waits here for the right moment. Words that must be said exactly (greeting, prompts, goodbye) outlive a
reply that comes in between; a wish for "your turn" is fulfilled by any reply that begins after it.
"""

from __future__ import annotations

from typing import Literal

from voiceagent.call.commands import AskForReply, CancelReply, Command, Warned
from voiceagent.call.tables import Machine, Table

GateState = Literal["idle", "asked", "active", "blocked"]
GateSignal = Literal["asked", "reply_started", "reply_ended", "refused", "overdue"]
GateAction = Literal["ask_again", "give_up", "cancel"]

GATE: Table[GateState, GateSignal, GateAction] = Table(
    name="The engine's replies",
    about="Blocked: the engine refused our request because of a reply that we have not seen begin.",
    start="idle",
    rules={
        ("idle", "asked"): ("asked", None),
        ("idle", "reply_started"): ("active", None),
        ("asked", "reply_started"): ("active", None),
        ("asked", "refused"): ("blocked", None),
        ("asked", "overdue"): ("idle", "give_up"),
        ("active", "reply_started"): ("active", None),
        ("active", "reply_ended"): ("idle", None),
        ("active", "refused"): ("active", "ask_again"),
        ("active", "overdue"): ("idle", "cancel"),
        ("blocked", "reply_started"): ("active", "ask_again"),
        ("blocked", "reply_ended"): ("idle", "ask_again"),
        ("blocked", "overdue"): ("idle", "ask_again"),
    },
)

ASKED_MS = 8_000
"""A reply that has not begun by then was lost; the slowest cold start seen took 6.4 s."""

BLOCKED_MS = 5_000
"""A reply that we cannot see ends within this, or its end was lost too."""

STUCK_MS = 20_000
"""A reply that neither goes on nor is being heard for this long will not end by itself."""


class Replies:
    """The gate of one call."""

    def __init__(self) -> None:
        self._gate = Machine(GATE)
        self._words: AskForReply | None = None
        self._turn: AskForReply | None = None
        self._last: AskForReply | None = None
        self._again: AskForReply | None = None
        self._retried = False
        self._running: AskForReply | None = None  # what the active reply was asked with
        self._due: float | None = None
        self.active_id: str | None = None
        """The reply under way, or None."""

    @property
    def state(self) -> GateState:
        return self._gate.state

    @property
    def quiet(self) -> bool:
        """Nothing is being said, asked for or wished."""
        return self._gate.state == "idle" and self._words is None and self._turn is None

    @property
    def asked(self) -> AskForReply | None:
        """What the reply that begins next was asked with, if it was asked for."""
        return self._last if self._gate.state == "asked" else None

    @property
    def idle(self) -> bool:
        """The engine is not replying and was not asked to."""
        return self._gate.state == "idle"

    def want(self, ask: AskForReply) -> None:
        """Wish for a reply. Exact words replace older ones; further wishes for a turn are one wish."""
        if ask.exactly is not None:
            self._words = ask
        else:
            self._turn = ask

    def forget_wishes(self) -> None:
        """Nothing more shall be said of what was wished so far."""
        self._words = self._turn = None

    def started(self, reply_id: str, now: float) -> None:
        """A reply began, asked for or not. Exact words do not answer a turn: who wished for one still gets it."""
        if self.asked is None or self.asked.exactly is None:
            self._turn = None
        self._running = self.asked
        self._obey(self._gate.signal("reply_started"))
        self.active_id = reply_id
        self._due = now + STUCK_MS

    def went_on(self, reply_id: str, now: float) -> None:
        """The reply shows a sign of life."""
        if reply_id == self.active_id:
            self._due = now + STUCK_MS

    def ended(self, reply_id: str) -> None:
        """A reply is complete. One that is not the active one only matters when we wait for an unseen one."""
        if reply_id == self.active_id or self._gate.state == "blocked":
            self.active_id = None
            self._due = None
            self._obey(self._gate.signal("reply_ended"))

    def engine_gone(self) -> AskForReply | None:
        """The engine is no more; returns what has to be asked of the next one."""
        state, last, running = self._gate.state, self._last, self._running
        self._gate = Machine(GATE)
        self.active_id = self._due = self._running = None
        self._retried = False
        return (running or AskForReply()) if state == "active" else None if state == "idle" else last

    def refused(self, now: float) -> list[Command]:
        """The engine did not accept our request because a reply is under way. Tried again once."""
        if self._last is None or self._gate.state == "idle":
            return []
        if self._retried:
            self._last = None
            self._reset_when_waiting()
            return [Warned("reply_refused", "the engine refused to reply twice because another reply was under way")]
        if self._gate.state == "asked":
            self._due = now + BLOCKED_MS
        self._obey(self._gate.signal("refused"))
        return []

    def expire(self, now: float, heard_until: float) -> list[Command]:
        """Give up what is overdue. `heard_until`: a reply being played is not stuck, however long its end takes."""
        due = self.deadline(heard_until)
        if due is None or now < due:
            return []
        self._due = None
        return self._obey(self._gate.signal("overdue"))

    def ask(self, now: float, *, words_only: bool) -> list[Command]:
        """Ask for what is wished, if the gate is free. `words_only`: only exact words matter any more."""
        if words_only:
            self._turn = None
        ask = self._words or self._turn
        if ask is None or self._gate.state != "idle":
            return []
        self._take(ask)
        self._due = now + ASKED_MS
        return [ask]

    def deadline(self, heard_until: float) -> float | None:
        if self._due is None or self._gate.state != "active":
            return self._due
        return max(self._due, heard_until)

    def _obey(self, action: GateAction | None) -> list[Command]:
        match action:
            case "ask_again":
                self._ask_again()
            case "give_up":
                return [Warned("reply_overdue", f"the engine did not begin to reply within {ASKED_MS} ms")]
            case "cancel":
                reply_id, self.active_id = self.active_id, None
                stuck = Warned("reply_stuck", f"a reply did not end for {STUCK_MS} ms and was cancelled")
                return [stuck, CancelReply(reply_id)] if reply_id else []
        return []

    def _take(self, ask: AskForReply) -> None:
        if ask is self._words:
            self._words = None
        else:
            self._turn = None
        self._retried, self._again, self._last = ask is self._again, None, ask
        self._gate.signal("asked")

    def _ask_again(self) -> None:
        if self._last is not None:
            self._again = self._last
            self.want(self._last)

    def _reset_when_waiting(self) -> None:
        if self._gate.state == "asked":
            self._gate.signal("overdue")
            self._due = None
