"""Where a transfer to a human stands, from the model's wish to the human's voice or the caller's return to the agent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

from voiceagent.call.commands import Command, TransferCaller, TransferNoted
from voiceagent.call.events import TransferOutcome
from voiceagent.call.settings import TargetPolicy
from voiceagent.call.tables import Machine, Table
from voiceagent.discreet import Words

TransferState = Literal["none", "announced", "calling", "ringing", "connected", "listening", "abandoned"]
TransferSignal = Literal[
    "requested", "agent_heard", "overdue", "ringing", "human_answered", "human_joined", "failed", "human_left"
]
TransferAction = Literal["place", "take_back", "leave", "listen", "hang_up"]

TRANSFER: Table[TransferState, TransferSignal, TransferAction] = Table(
    name="A transfer",
    about="Announced: the agent still says that it will transfer. A human who answers after we gave up still gets the caller.",
    start="none",
    rules={
        ("none", "requested"): ("announced", None),
        ("announced", "agent_heard"): ("calling", "place"),
        ("announced", "overdue"): ("calling", "place"),
        ("calling", "ringing"): ("ringing", None),
        ("calling", "human_answered"): ("connected", "leave"),
        ("calling", "human_joined"): ("listening", "listen"),
        ("calling", "failed"): ("none", "take_back"),
        ("calling", "overdue"): ("none", "take_back"),
        ("ringing", "human_answered"): ("connected", "leave"),
        ("ringing", "human_joined"): ("listening", "listen"),
        ("ringing", "failed"): ("none", "take_back"),
        ("ringing", "overdue"): ("none", "take_back"),
        ("none", "human_answered"): ("connected", "leave"),
        ("none", "human_joined"): ("listening", "listen"),
        ("listening", "human_left"): ("abandoned", "hang_up"),
    },
)

ANNOUNCED_MS = 6_000
"""How long the agent may go on speaking before the transfer is placed anyway."""

RING_GRACE_MS = 5_000
"""How much longer than the ringing itself we wait for the service to say how it ended."""

MOST_TRANSFERS = 5
"""Attempts per call. A model that goes on after so many failures is in a loop."""

_SENTENCES: dict[TransferOutcome, str] = {
    "busy": "the line is busy",
    "no_answer": "nobody answered",
    "declined": "the call was declined",
    "failed": "the transfer failed",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """A transfer that was asked for."""

    tool_call_id: str
    reply_id: str
    target: str
    reason: str
    policy: TargetPolicy


class Transfer:
    """The transfers of one call, one after the other."""

    def __init__(self) -> None:
        self._machine = Machine(TRANSFER)
        self._placed_at = 0.0
        self._due: float | None = None
        self._attempts = 0
        self._present = 0
        self.attempt: Attempt | None = None
        """The present or last attempt."""

    @property
    def state(self) -> TransferState:
        return self._machine.state

    @property
    def pending(self) -> bool:
        """Asked for, and not decided yet."""
        return self._machine.state in ("announced", "calling", "ringing")

    @property
    def placed(self) -> bool:
        """Call control is at it: the target may answer any moment."""
        return self._machine.state in ("calling", "ringing")

    @property
    def reached(self) -> bool:
        """A human has, or had, the caller: the agent's part is over."""
        return self._machine.state in ("connected", "listening", "abandoned")

    @property
    def human_has_caller(self) -> bool:
        """The call must go on without us."""
        return self._machine.state in ("connected", "listening")

    def refusal(self) -> str | None:
        """Why no further transfer may be asked for now, as a sentence for the model."""
        if not self._machine.allows("requested"):
            return "a transfer is already under way"
        return f"there were {MOST_TRANSFERS} transfers already" if self._attempts >= MOST_TRANSFERS else None

    def request(self, attempt: Attempt, now: float) -> None:
        """The model wants a transfer; `refusal` must be None."""
        self._machine.signal("requested")
        self._attempts += 1
        self.attempt = attempt
        self._due = now + ANNOUNCED_MS

    def ringing(self, target: str) -> None:
        """The target's phone rings."""
        if self.attempt is not None and self.attempt.target == target:
            self._machine.signal("ringing")

    def human_answered(self) -> TransferAction | None:
        """The target is in the call; leave it, or stay and listen."""
        if self.attempt is None:
            return None
        joins = self.attempt.policy.agent == "listens"
        return self._machine.signal("human_joined" if joins else "human_answered")

    def failed(self) -> TransferAction | None:
        """The target did not answer."""
        return self._machine.signal("failed")

    def participants_changed(self, count: int) -> TransferAction | None:
        """`count` are in the call beside us. Only a fall tells that somebody left: low counts also come while people join."""
        left, self._present = self._present >= 2 > count, count
        return self._machine.signal("human_left") if left else None

    def settle(self, now: float, *, agent_heard: bool) -> tuple[TransferAction | None, list[Command]]:
        """Place what was announced, once heard or late; take the caller back from a phone that rings too long."""
        action = self._machine.signal("agent_heard") if agent_heard else None
        if action is None and self._due is not None and now >= self._due:
            self._due = None
            action = self._machine.signal("overdue")
        return action, self._place(now) if action == "place" else []

    def note(self, outcome: TransferOutcome, now: float) -> list[Command]:
        """The note of how the present attempt ended."""
        self._due = None
        if self.attempt is None:
            return []
        return [TransferNoted(self.attempt.target, outcome, now - self._placed_at)]

    def deadline(self) -> float | None:
        return self._due

    def _place(self, now: float) -> list[Command]:
        assert self.attempt is not None
        ring_seconds = self.attempt.policy.ring_seconds
        self._placed_at = now
        self._due = now + ring_seconds * 1_000 + RING_GRACE_MS
        return [TransferCaller(self.attempt.target, Words(self.attempt.reason), ring_seconds)]


def outcome_output(outcome: TransferOutcome, message: str = "") -> str:
    """What the model learns about a transfer."""
    sentence = message or _SENTENCES.get(outcome, "a human has the call")
    return json.dumps({"outcome": outcome, "message": sentence}, ensure_ascii=False)
