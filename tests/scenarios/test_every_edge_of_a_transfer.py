"""Every rule of the table of transfers, in a conversation that follows it: who is told what, and who is left with whom.

Each begins with a caller for whom the model wants a human; the last test asks that no rule is left over.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from a_conversation import Conversation, Happening, begins, difference_when_replayed, has, never, reply

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.policies import KeyAction, KeyPolicy
from voiceagent.call.settings import HandoverPolicy, TargetPolicy
from voiceagent.call.transfer import ANNOUNCED_MS, BRIEFING_MS, COLD_SECONDS, HELLO_MS, RING_GRACE_MS
from voiceagent.testing.edges import edges_of, edges_taken
from voiceagent.testing.factories import caller_says, tool_call

TARGETS = {
    "joins": TargetPolicy(mode="join", ring_seconds=20),
    "heard": TargetPolicy(mode="join", ring_seconds=20, agent="listens"),
    "told": TargetPolicy(mode="warm", ring_seconds=20),
    "asked": TargetPolicy(mode="consult", ring_seconds=20),
    "moved": TargetPolicy(mode="cold"),
    "ann": TargetPolicy(ring_seconds=10),
    "bob": TargetPolicy(ring_seconds=10),
    "desk": TargetPolicy(mode="join", members=("ann", "bob")),
    "counter": TargetPolicy(mode="cold", members=("ann", "bob")),
}
MET = 1000 + HELLO_MS
"""When a human who answered at 1 s has said hello."""
TOLD = MET + 2700
"""When one to whom `briefed` speaks has heard it."""


def asks(target: str, *, rings: str = "", at: float = 100, number: int = 1) -> list[Happening]:
    """The model wants a transfer at 100 ms; at 200 ms the phone of `rings` rings. `number`: which of the call."""
    wanted = json.dumps({"target": target, "reason": "a price", "summary": "Wants a price."})
    happened = tool_call(
        "request_transfer", wanted, reply_id="r0" if number == 1 else f"again{number}", tool_call_id=f"t{number}", at_ms=at
    )
    return [*happened, *([(200.0, e.TransferRinging(rings))] if rings else [])]


def answers(target: str, at: float = 1000.0) -> list[Happening]:
    return [(at, e.TransferEnded(target, "connected")), (at, e.ParticipantsChanged(2))]


def ends(target: str, outcome: e.TransferOutcome, at: float = 1000.0) -> Happening:
    return at, e.TransferEnded(target, outcome)


def briefed(later: float = 0.0) -> list[Happening]:
    """The engine says the briefing; it is heard after 2.5 s."""
    return reply(1, MET + 100 + later, 2500)


def goes(*, caller: bool, at: float) -> Happening:
    return at, e.ParticipantsChanged(1, caller_here=not caller)


def stops_at_once(at: float) -> Happening:
    return at, e.EndRequested("shutdown", at_once=True)


def transfers(*wanted: tuple[str, str, str]) -> Callable[[list[c.Command]], bool]:
    """The outcomes, in order: target, outcome, code."""
    return lambda out: [(one.target, one.outcome, one.code) for one in out if isinstance(one, c.TransferNoted)] == [*wanted]


def both(*checks: Callable[[list[c.Command]], bool]) -> Callable[[list[c.Command]], bool]:
    return lambda out: all(check(out) for check in checks)


def back_with_the_agent(target: str, outcome: str, code: str = "") -> Callable[[list[c.Command]], bool]:
    """The caller is with the agent, who was told why and speaks next; the call goes on."""

    def check(out: list[c.Command]) -> bool:
        learnt = [one for one in out if isinstance(one, c.GiveToolResult) and one.tool_call_id == "t1"]
        noted = next(place for place, one in enumerate(out) if isinstance(one, c.TransferNoted) and one.target == target)
        asked = any(isinstance(one, c.AskForReply) for one in out[noted:])
        held = sum(isinstance(one, c.HoldCaller) for one in out) - sum(isinstance(one, c.ResumeCaller) for one in out)
        return bool(learnt) and asked and not held and never(c.HangUp, c.LeaveCall)(out)

    return both(transfers((target, outcome, code)), check)


def with_the_human(target: str) -> Callable[[list[c.Command]], bool]:
    return both(transfers((target, "connected", "")), has(c.LeaveCall), never(c.HangUp))


SECOND = 8000.0
"""When the second human answers: the first could not be had, and the second was announced for as long as may be."""
LATER = SECOND - 1000


def moved_after_all(state: str, target: str, at: float, *outcome: str) -> Conversation:
    """The service moves the caller to the first, `at` a time at which we are busy with the second."""
    second = [(target, *outcome)] if outcome else []
    speaks = [begins("u", 900)] if state == "announced" else []
    happens = [
        *[*asks("moved"), ends("moved", "no_answer", 500), *speaks, *asks(target, at=1000, number=2)],
        *[one for one in [*answers(target, SECOND), *briefed(LATER)] if one[0] < at],
        ends("moved", "connected", at),
    ]
    return transfer(
        f"a caller who is moved after all, {state} another one who is {target}",
        f"{state}/moved",
        happens,
        until=at + 5000,
        ends=both(
            transfers(("moved", "no_answer", ""), *[(name, how, "") for name, how in second], ("moved", "connected", "")),
            has(c.HangUp) if outcome else never(c.HangUp),
            never(c.LeaveCall, c.DismissHuman),
            lambda out: not any(isinstance(one, c.ResumeCaller) for one in out),
        ),
    )


SETTINGS: dict[str, Any] = {
    "targets": TARGETS,
    "handover": HandoverPolicy(stay_ms=3000, decide_ms=5000),
    "max_call_ms": 600_000,
}


def transfer(name: str, edges: str, happens: Sequence[Happening | list[Happening]], **more: Any) -> Conversation:
    flat = [one for part in happens for one in (part if isinstance(part, list) else [part])]
    return Conversation(name, f"transfer: {edges}", flat, settings=SETTINGS, **more)


CONVERSATIONS = [
    transfer(
        "a human who comes into the call",
        "none/requested announced/agent_heard calling/ringing ringing/joined attending/leaves",
        [asks("joins", rings="joins"), answers("joins")],
        until=5000,
        ends=with_the_human("joins"),
    ),
    transfer(
        "an agent that does not finish its sentence",
        "announced/overdue calling/joined",
        [*reply(9, 50, 10_000), asks("joins"), answers("joins", ANNOUNCED_MS + 500)],
        until=ANNOUNCED_MS + 5000,
        ends=with_the_human("joins"),
    ),
    transfer(
        "an agent that listens until the human hangs up",
        "attending/stays listening/human_left",
        [asks("heard"), answers("heard"), goes(caller=False, at=60_000)],
        ends=both(transfers(("heard", "connected", "")), has(c.MuteAgent, c.MuteOurselves, c.HangUp)),
    ),
    transfer(
        "an agent that listens until the caller hangs up",
        "listening/caller_left",
        [asks("heard"), answers("heard"), goes(caller=True, at=60_000)],
        ends=has(c.HangUp),
    ),
    transfer(
        "an agent that listens until the bridge must stop",
        "listening/parted",
        [asks("heard"), answers("heard"), stops_at_once(60_000)],
        ends=with_the_human("heard"),
    ),
    transfer(
        "a human who is told",
        "calling/to_be_briefed meeting/overdue briefing/briefed",
        [asks("told"), answers("told"), briefed()],
        until=TOLD + 5000,
        ends=both(with_the_human("told"), has(c.HoldCaller, c.ResumeCaller)),
    ),
    transfer(
        "a briefing that does not end",
        "ringing/to_be_briefed briefing/overdue",
        [asks("told", rings="told"), answers("told"), reply(1, MET + 100, BRIEFING_MS * 2)],
        until=MET + BRIEFING_MS + 5000,
        ends=with_the_human("told"),
    ),
    transfer(
        "a human who is asked and says yes",
        "briefing/asked deciding/accepted",
        [asks("asked"), answers("asked"), briefed(), (TOLD + 500, e.KeyPressed("1"))],
        until=TOLD + 5000,
        ends=with_the_human("asked"),
    ),
    transfer(
        "a human who is asked and says no",
        "deciding/declined",
        [asks("asked"), answers("asked"), briefed(), (TOLD + 500, e.KeyPressed("2"))],
        ends=both(back_with_the_agent("asked", "declined"), has(c.DismissHuman)),
    ),
    transfer(
        "a human who is asked and does not say",
        "deciding/overdue",
        [asks("asked"), answers("asked"), briefed()],
        until=TOLD + 6000,
        ends=both(back_with_the_agent("asked", "no_answer"), has(c.DismissHuman)),
    ),
    transfer(
        "a human who takes the call at once",
        "meeting/accepted",
        [asks("asked"), answers("asked"), (1500, e.KeyPressed("1"))],
        until=6000,
        ends=both(with_the_human("asked"), never(c.AskForReply)),
    ),
    transfer(
        "a human who refuses before they are told",
        "meeting/declined",
        [asks("asked"), answers("asked"), (1500, e.KeyPressed("2"))],
        ends=both(back_with_the_agent("asked", "declined"), has(c.DismissHuman)),
    ),
    transfer(
        "a human who has heard enough",
        "briefing/accepted",
        [asks("asked"), answers("asked"), briefed(), (MET + 900, e.KeyPressed("1"))],
        until=TOLD + 5000,
        ends=both(with_the_human("asked"), has(c.StopPlayback)),
    ),
    transfer(
        "a human who refuses in the middle of it",
        "briefing/declined",
        [asks("asked"), answers("asked"), briefed(), (MET + 900, e.KeyPressed("2"))],
        ends=both(back_with_the_agent("asked", "declined"), has(c.StopPlayback, c.DismissHuman)),
    ),
    # --- nobody answers
    transfer(
        "a human who is busy",
        "calling/failed",
        [asks("joins"), ends("joins", "busy")],
        ends=back_with_the_agent("joins", "busy"),
    ),
    transfer(
        "a human who declines while it rings",
        "ringing/failed",
        [asks("told", rings="told"), ends("told", "declined")],
        ends=back_with_the_agent("told", "declined"),
    ),
    transfer(
        "a service that never says how it ended",
        "calling/overdue",
        [asks("told")],
        until=100 + 20_000 + RING_GRACE_MS + 100,
        ends=back_with_the_agent("told", "no_answer"),
    ),
    transfer(
        "a phone that rings and rings",
        "ringing/overdue",
        [asks("told", rings="told")],
        until=100 + 20_000 + RING_GRACE_MS + 100,
        ends=back_with_the_agent("told", "no_answer"),
    ),
    transfer(
        "a queue whose first line is busy",
        "calling/next_one",
        [asks("desk"), ends("ann", "busy"), answers("bob", 3000)],
        until=8000,
        ends=both(transfers(("ann", "busy", ""), ("bob", "connected", "")), has(c.LeaveCall)),
    ),
    transfer(
        "a queue whose first phone rings in vain",
        "ringing/next_one",
        [asks("desk", rings="ann"), ends("ann", "no_answer", 12_000), ends("bob", "no_answer", 24_000)],
        ends=both(
            transfers(("ann", "no_answer", ""), ("bob", "no_answer", "")), has(c.GiveToolResult), never(c.HangUp, c.LeaveCall)
        ),
    ),
    transfer(
        "one of a queue who answers when the next one is being called",
        "ringing/next_one",
        [asks("desk", rings="ann"), (17_000, e.TransferRinging("bob")), answers("ann", 18_000), answers("bob", 20_000)],
        until=25_000,
        ends=both(
            transfers(("ann", "no_answer", ""), ("bob", "connected", "")),
            lambda out: [one for one in out if isinstance(one, c.DismissHuman)] == [c.DismissHuman("ann")],
        ),
    ),
    # --- somebody hangs up
    transfer(
        "a human who hangs up soon",
        "attending/human_left",
        [asks("joins"), answers("joins"), goes(caller=False, at=2000)],
        ends=lambda out: has(c.UnmuteAgent, c.AskForReply)(out) and never(c.HangUp, c.LeaveCall)(out),
    ),
    *(
        transfer(
            f"a human who hangs up while {state}",
            f"{state}/human_left",
            [asks("asked"), answers("asked"), briefed() if at > MET else [], goes(caller=False, at=at)],
            ends=back_with_the_agent("asked", "failed", "human_left"),
        )
        for state, at in (("meeting", 1500.0), ("briefing", MET + 900), ("deciding", TOLD + 500))
    ),
    *(
        transfer(
            f"a caller who hangs up while {state}",
            f"{state}/caller_left",
            [asks("asked"), answers("asked"), briefed() if at > MET else [], goes(caller=True, at=at)],
            ends=both(transfers(("asked", "cancelled", "")), has(c.HangUp), never(c.LeaveCall)),
        )
        for state, at in (("meeting", 1500.0), ("briefing", MET + 900), ("deciding", TOLD + 500))
    ),
    transfer(
        "a caller who hangs up when the human has come",
        "attending/caller_left",
        [asks("joins"), answers("joins"), goes(caller=True, at=2000)],
        ends=both(transfers(("joins", "connected", "")), has(c.HangUp)),
    ),
    *(
        transfer(
            f"a caller who hangs up while the phone of somebody who is {target} rings",
            "calling/ringing",
            [asks(target, rings=target), (1500.0, e.CallerLeft("hung up"))],
            ends=both(transfers((target, "cancelled", "")), never(c.HangUp, c.LeaveCall)),
        )
        for target in ("moved", "told")
    ),
    # --- the bridge must stop
    *(
        transfer(
            f"a bridge that must stop while {state}",
            f"{state}/parted",
            [asks("asked"), answers("asked"), briefed() if at > MET else [], stops_at_once(at)],
            ends=with_the_human("asked"),
        )
        for state, at in (("meeting", 1500.0), ("briefing", MET + 900), ("deciding", TOLD + 500))
    ),
    transfer(
        "a bridge that must stop when the human has come",
        "attending/parted",
        [asks("joins"), answers("joins"), stops_at_once(2000)],
        ends=with_the_human("joins"),
    ),
    # --- moved by the service, and late ones
    transfer(
        "a caller who is moved",
        "calling/moved",
        [asks("moved"), ends("moved", "connected")],
        ends=both(transfers(("moved", "connected", "")), never(c.HangUp, c.LeaveCall)),
    ),
    transfer(
        "a caller who is moved when it has rung",
        "ringing/moved",
        [asks("moved", rings="moved"), ends("moved", "connected")],
        ends=both(transfers(("moved", "connected", "")), never(c.HangUp, c.LeaveCall)),
    ),
    transfer(
        "a caller who is moved after we gave it up",
        "none/moved",
        [asks("moved"), ends("moved", "connected", 100 + COLD_SECONDS * 1000 + RING_GRACE_MS + 500)],
        ends=both(transfers(("moved", "no_answer", ""), ("moved", "connected", "")), never(c.HangUp, c.LeaveCall)),
    ),
    transfer(
        "a caller who is moved to the first of a queue when the next one is being called",
        "calling/next_one calling/moved",
        [asks("counter"), ends("ann", "connected", 100 + COLD_SECONDS * 1000 + RING_GRACE_MS + 500)],
        ends=both(
            transfers(("ann", "no_answer", ""), ("bob", "cancelled", ""), ("ann", "connected", "")),
            never(c.HangUp, c.LeaveCall),
        ),
    ),
    moved_after_all("announced", "asked", 1500),
    moved_after_all("calling", "asked", SECOND - 500, "cancelled"),
    moved_after_all("meeting", "asked", SECOND + 500, "cancelled"),
    moved_after_all("briefing", "asked", MET + 900 + LATER, "cancelled"),
    moved_after_all("deciding", "asked", TOLD + 500 + LATER, "cancelled"),
    moved_after_all("attending", "joins", SECOND + 1000, "connected"),
    moved_after_all("listening", "heard", SECOND + 4000, "connected"),
    transfer(
        "a human who comes after we gave up",
        "none/joined",
        [asks("joins"), ends("joins", "no_answer"), begins("u", 1500), answers("joins", 2000)],
        until=6000,
        ends=both(transfers(("joins", "no_answer", ""), ("joins", "connected", "")), has(c.LeaveCall)),
    ),
    transfer(
        "one who was to be told and comes too late",
        "none/to_be_briefed",
        [asks("told"), ends("told", "no_answer"), answers("told", 2000)],
        until=6000,
        ends=both(back_with_the_agent("told", "no_answer"), has(c.DismissHuman)),
    ),
]


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda one: one.name.replace(" ", "-"))
def test_the_conversation_follows_its_rules(conversation: Conversation) -> None:
    with edges_taken() as taken:
        out = conversation.play()
    assert conversation.claimed() - taken == set()
    assert conversation.ends(out), out


ASKED = [asks("asked"), answers("asked"), briefed()]
SAID = {"start_ms": TOLD + 500, "end_ms": TOLD + 900}
REFUSES = tool_call("human_decided", '{"accepted": false}', reply_id="r7", tool_call_id="t7", at_ms=TOLD + 2000)
MENU = {"keys": KeyPolicy(menu={"1": KeyAction(say="We open at nine."), "3": KeyAction(say="Goodbye.", end_call=True)})}
DECISIONS = [
    transfer("a yes", "", [*ASKED, caller_says("Yes, of course.", item_id="u", **SAID)], until=TOLD + 9000),
    transfer("a no", "", [*ASKED, caller_says("No, not now.", item_id="u", **SAID)], until=TOLD + 9000),
    transfer("a no to the model", "", [*ASKED, caller_says("Who is it?", item_id="u", **SAID), REFUSES], until=TOLD + 9000),
    transfer("another key", "", [*ASKED, (TOLD + 500, e.KeyPressed("3")), (TOLD + 700, e.KeyPressed("1"))], until=TOLD + 9000),
]
WITH_A_MENU = [replace(one, name=f"{one.name}, with a menu", settings={**SETTINGS, **MENU}) for one in DECISIONS]


@pytest.mark.parametrize("conversation", [*CONVERSATIONS, *DECISIONS, *WITH_A_MENU], ids=lambda one: one.name.replace(" ", "-"))
def test_its_capture_is_decided_the_same_way_again(conversation: Conversation, tmp_path: Path) -> None:
    assert difference_when_replayed(conversation, tmp_path) is None


def test_no_rule_is_left_without_a_conversation() -> None:
    claimed = set().union(*(one.claimed() for one in CONVERSATIONS))
    assert claimed ^ edges_of("transfer") == set()
