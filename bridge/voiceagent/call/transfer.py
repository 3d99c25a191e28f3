"""Where a transfer to a human stands, from the model's wish to the human's voice or the caller's return to the agent.

Four ways: *cold*, the service moves the caller and we are out; *join*, the human comes into the call; *warm*, the caller waits
on hold while the agent tells the human what it is about; *consult*, the human is also asked whether they take the call.
In all but the first the agent stays for a moment, silent, so that a human who hangs up at once leaves nobody alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Literal

from voiceagent.call.commands import Command, HoldCaller, ResumeCaller, TransferCaller, TransferNoted
from voiceagent.call.events import TransferOutcome
from voiceagent.call.settings import HandoverPolicy, TargetPolicy
from voiceagent.call.tables import Machine, Table
from voiceagent.discreet import Words

TransferState = Literal[
    "none",
    "announced",
    "calling",
    "ringing",
    "meeting",
    "briefing",
    "deciding",
    "attending",
    "connected",
    "listening",
    "abandoned",
]
TransferSignal = Literal[
    "requested",
    "agent_heard",
    "overdue",
    "ringing",
    "moved",
    "joined",
    "to_be_briefed",
    "failed",
    "next_one",
    "briefed",
    "asked",
    "accepted",
    "declined",
    "human_left",
    "caller_left",
    "leaves",
    "stays",
    "parted",
]
TransferAction = Literal["place", "take_back", "leave", "attend", "meet", "brief", "release", "dismiss", "hang_up", "listen"]

_RINGING: tuple[TransferState, ...] = ("calling", "ringing")
_PRIVATE: tuple[TransferState, ...] = ("meeting", "briefing", "deciding")
_WITH_HUMAN: tuple[TransferState, ...] = ("attending", "listening")

TRANSFER: Table[TransferState, TransferSignal, TransferAction] = Table(
    name="A transfer",
    about=(
        "Announced: the agent still says that it will transfer. Meeting, briefing, deciding: while the caller is on hold, the "
        "human says hello, is told what it is about, and thinks about it. "
        "Attending: human and caller talk, the agent is silent and about to leave. A human who answers after we gave up still "
        "gets the caller, unless they were to be briefed first; one to whom the service moved the caller has them whatever "
        "happens here, and whoever was called or told meanwhile is let go."
    ),
    start="none",
    rules={
        ("none", "requested"): ("announced", None),
        ("announced", "agent_heard"): ("calling", "place"),
        ("announced", "overdue"): ("calling", "place"),
        ("calling", "ringing"): ("ringing", None),
        **{(state, "moved"): ("connected", "leave") for state in ("none", "announced", *_RINGING, *_PRIVATE, *_WITH_HUMAN)},
        **{(state, "joined"): ("attending", "attend") for state in (*_RINGING, "none")},
        **{(state, "to_be_briefed"): ("meeting", "meet") for state in _RINGING},
        ("meeting", "overdue"): ("briefing", "brief"),
        ("none", "to_be_briefed"): ("none", "dismiss"),
        **{(state, "failed"): ("none", "take_back") for state in _RINGING},
        **{(state, "overdue"): ("none", "take_back") for state in _RINGING},
        **{(state, "next_one"): ("calling", "place") for state in _RINGING},
        ("briefing", "briefed"): ("attending", "attend"),
        ("briefing", "asked"): ("deciding", None),
        ("briefing", "overdue"): ("attending", "attend"),
        **{(state, "accepted"): ("attending", "attend") for state in _PRIVATE},
        **{(state, "declined"): ("none", "release") for state in _PRIVATE},
        ("deciding", "overdue"): ("none", "release"),
        **{(state, "human_left"): ("none", "take_back") for state in (*_PRIVATE, "attending")},
        **{(state, "caller_left"): ("abandoned", "hang_up") for state in (*_PRIVATE, *_WITH_HUMAN)},
        ("attending", "leaves"): ("connected", "leave"),
        ("attending", "stays"): ("listening", "listen"),
        ("listening", "human_left"): ("abandoned", "hang_up"),
        **{(state, "parted"): ("connected", None) for state in (*_PRIVATE, *_WITH_HUMAN)},
    },
)

ANNOUNCED_MS = 6_000
"""How long the agent may go on speaking before the transfer is placed anyway."""

RING_GRACE_MS = 5_000
"""How much longer than the ringing itself we wait for the service to say how it ended."""

COLD_SECONDS = 60
"""How long a target's phone rings whom the service itself calls: its own bound, which a request cannot change."""

HELLO_MS = 1_800
"""Who picks up a telephone speaks first, about so long; a briefing that begins at once is not heard."""

BRIEFING_MS = 30_000
"""The longest briefing; an engine that is stuck must not keep two people apart."""

MOST_TRANSFERS = 5
"""Attempts per call. A model that goes on after so many failures is in a loop."""

_SENTENCES: dict[TransferOutcome, str] = {
    "busy": "the line is busy",
    "no_answer": "nobody answered",
    "declined": "the call was declined",
    "failed": "the transfer failed",
    "cancelled": "the call ended first",
}


Reaction = tuple[TransferAction | None, list[Command]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A transfer that was asked for. `queue`: who is called when this one cannot be reached, in this order."""

    tool_call_id: str
    reply_id: str
    target: str
    reason: str
    policy: TargetPolicy
    summary: str = ""
    queue: tuple[tuple[str, TargetPolicy], ...] = ()


class Transfer:
    """The transfers of one call, one after the other. What is to be done comes as an action and the commands that go first."""

    def __init__(self, policy: HandoverPolicy | None = None) -> None:
        self._machine = Machine(TRANSFER)
        self._policy = policy or HandoverPolicy()
        self._placed_at = 0.0
        self._due: float | None = None
        self._attempts = 0
        self._present = 0
        self._undecided = False
        self.met = False
        """A human had the caller; who takes the caller back resets it."""
        self.invited_in_vain = False
        """Somebody was called into our call, or is there, and the caller is elsewhere: nobody would talk to them."""
        self._caller_is_held = False
        self.cannot_hold = False
        """The caller could not be put on hold: nothing can be said in private."""
        self.attempt: Attempt | None = None
        """The present or last attempt."""
        self._tried: dict[str, TargetPolicy] = {}

    @property
    def state(self) -> TransferState:
        return self._machine.state

    @property
    def pending(self) -> bool:
        """Asked for, and not decided yet."""
        return self._machine.state in ("announced", *_RINGING, *_PRIVATE)

    @property
    def placed(self) -> bool:
        """Call control is at it: the target may answer any moment, or has."""
        return self._machine.state in (*_RINGING, *_PRIVATE)

    @property
    def in_private(self) -> bool:
        """The agent talks to the human while the caller waits on hold."""
        return self._machine.state in _PRIVATE

    @property
    def deciding(self) -> bool:
        """The human was asked whether they take the call."""
        return self._machine.state == "deciding"

    @property
    def reached(self) -> bool:
        """A human has, or had, the caller: the agent's part is over."""
        return self._machine.state in (*_WITH_HUMAN, "connected") or (self.met and self._machine.state == "abandoned")

    @property
    def human_is_there(self) -> bool:
        """A human is in the call, which must go on without us."""
        return self._machine.state in (*_PRIVATE, *_WITH_HUMAN, "connected")

    @property
    def was_moved(self) -> bool:
        """The service took the caller to the human, and our part of the call ends by itself."""
        return self._machine.state == "connected" and self.attempt is not None and self.attempt.policy.mode == "cold"

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

    def human_answered(self, now: float) -> Reaction:
        """The target picked up."""
        if self.attempt is None:
            return None, []
        mode = self.attempt.policy.mode
        if mode == "cold":
            return self._connected("moved", now)
        if mode == "join" or self.in_the_open:
            return self._connected("joined", now)
        if self._machine.allows("to_be_briefed") and self._machine.state != "none":
            self._due = now + HELLO_MS
        return self._machine.signal("to_be_briefed"), []

    @property
    def in_the_open(self) -> bool:
        """Nothing can be said in private. Who is only told joins untold then; who is asked is asked all the same."""
        return self.cannot_hold and self.attempt is not None and self.attempt.policy.mode != "consult"

    def tried(self, target: str) -> bool:
        """Whether this target was called in this call."""
        return target in self._tried

    def was_moved_to(self, target: str) -> bool:
        """Whether the service moves the caller to this target, whenever that answers."""
        return self.tried(target) and self._tried[target].mode == "cold"

    def moved_late(self, target: str, now: float) -> Reaction:
        """A target of which nothing was expected any more has the caller."""
        assert self.attempt is not None
        if not self._machine.allows("moved"):
            return None, []
        given_up = self._note("cancelled", now) if self._undecided else []
        self.invited_in_vain = self.attempt.policy.mode != "cold" and self._machine.state not in ("none", "announced")
        self._caller_is_held = False  # wherever they waited, they are not here any more
        self.attempt = replace(self.attempt, target=target, policy=self._tried[target], queue=())
        action, noted = self._connected("moved", now)
        return action, [*given_up, *noted]

    def briefed(self, now: float) -> Reaction:
        """The human has heard what it is about, and the question if there is one."""
        assert self.attempt is not None
        if self.attempt.policy.mode != "consult":
            return self._connected("briefed", now)
        if self._machine.allows("asked"):
            self._due = now + self._policy.decide_ms
        return self._machine.signal("asked"), []

    def accepted(self, now: float) -> Reaction:
        """The human takes the caller; or gets them, as nobody is there any more to ask."""
        return self._connected("accepted", now)

    def declined(self, now: float) -> Reaction:
        """The human, after the briefing, does not take the caller."""
        return self._ended("declined", "declined", now)

    def failed(self, outcome: TransferOutcome, code: str, now: float) -> Reaction:
        """The target did not answer; the next of a queue is called, if there is one."""
        return self._give_up("failed", outcome, code, now)

    def participants_changed(self, count: int, *, caller_here: bool, now: float) -> Reaction:
        """`count` are in the call beside us. Only a fall tells that somebody left: low counts also come while people join."""
        left, self._present = self._present >= 2 > count, count
        if not caller_here:
            return self._machine.signal("caller_left"), []
        if not left:
            return None, []
        return self._ended("human_left", "failed", now, code="human_left")

    def part(self, now: float) -> list[Command]:
        """We leave now, whatever for: a human who is there has the caller."""
        if not self._machine.allows("parted"):
            return []
        self._machine.signal("parted")
        self.met = True
        return self._note("connected", now) if self._undecided else []

    def cancel(self, now: float) -> list[Command]:
        """The call is over: the note of an attempt that was not decided."""
        return self._note("cancelled", now) if self._undecided else []

    def released(self) -> list[Command]:
        """What gives the caller back to the call, if they were on hold."""
        held, self._caller_is_held = self._caller_is_held, False
        return [ResumeCaller()] if held else []

    def settle(self, now: float, *, agent_heard: bool) -> Reaction:
        """Place what was announced, once heard or late; give up what takes too long; leave when it is time."""
        if self._machine.state == "announced" and agent_heard:
            return self._machine.signal("agent_heard"), self._place(now)
        if self._due is None or now < self._due:
            return None, []
        self._due = None
        match self._machine.state:
            case "announced":
                return self._machine.signal("overdue"), self._place(now)
            case "calling" | "ringing":
                return self._give_up("overdue", "no_answer", "", now)
            case "meeting":
                self._due = now + BRIEFING_MS
                return self._machine.signal("overdue"), []
            case "briefing":
                return self._connected("overdue", now)
            case "deciding":
                return self._ended("overdue", "no_answer", now)
            case _:
                return self._machine.signal("stays" if self._listens else "leaves"), []

    def deadline(self) -> float | None:
        return self._due

    @property
    def _listens(self) -> bool:
        return self.attempt is not None and self.attempt.policy.agent == "listens"

    @property
    def stays(self) -> bool:
        """The agent does not leave in the moment in which the human has the caller."""
        return self._listens or self._policy.stay_ms > 0

    def _connected(self, signal: TransferSignal, now: float) -> Reaction:
        action = self._machine.signal(signal)
        if action not in ("attend", "leave"):
            return action, []
        self.met = True
        self._due = now + self._policy.stay_ms if action == "attend" else None
        return action, self._note("connected", now)

    def _ended(self, signal: TransferSignal, outcome: TransferOutcome, now: float, code: str = "") -> Reaction:
        action = self._machine.signal(signal)
        if action not in ("take_back", "release"):
            return action, []
        self._due = None
        return action, self._note(outcome, now, code)

    def _give_up(self, signal: TransferSignal, outcome: TransferOutcome, code: str, now: float) -> Reaction:
        attempt = self.attempt
        if attempt is None or not attempt.queue or not self._machine.allows("next_one"):
            return self._ended(signal, outcome, now, code)
        note = self._note(outcome, now, code)
        (target, policy), *rest = attempt.queue
        self.attempt = replace(attempt, target=target, policy=policy, queue=tuple(rest))
        return self._machine.signal("next_one"), [*note, *self._place(now)]

    def _note(self, outcome: TransferOutcome, now: float, code: str = "") -> list[Command]:
        self._undecided = False
        if self.attempt is None:
            return []
        return [TransferNoted(self.attempt.target, outcome, now - self._placed_at, self.attempt.policy.mode, code)]

    def _place(self, now: float) -> list[Command]:
        attempt = self.attempt
        assert attempt is not None
        policy = attempt.policy
        self._tried[attempt.target] = policy
        self._undecided, self._placed_at = True, now
        self._due = now + (COLD_SECONDS if policy.mode == "cold" else policy.ring_seconds) * 1_000 + RING_GRACE_MS
        call = TransferCaller(attempt.target, Words(attempt.reason), policy.ring_seconds, policy.mode, Words(attempt.summary))
        if policy.mode not in ("warm", "consult") or self.cannot_hold or self._caller_is_held:
            return [call]
        self._caller_is_held = True
        return [HoldCaller(), call]


def outcome_output(outcome: TransferOutcome, message: str = "") -> str:
    """What the model learns about a transfer."""
    sentence = message or _SENTENCES.get(outcome, "a human has the call")
    return json.dumps({"outcome": outcome, "message": sentence}, ensure_ascii=False)
