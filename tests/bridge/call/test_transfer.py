from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from voiceagent.call.commands import HoldCaller, ResumeCaller, TransferCaller, TransferMode, TransferNoted
from voiceagent.call.settings import HandoverPolicy, TargetPolicy
from voiceagent.call.transfer import (
    ANNOUNCED_MS,
    BRIEFING_MS,
    COLD_SECONDS,
    HELLO_MS,
    MOST_TRANSFERS,
    RING_GRACE_MS,
    Attempt,
    Transfer,
    outcome_output,
)
from voiceagent.discreet import Words
from voiceagent.testing.factories import PEOPLE

PLACED = TransferCaller("sales", Words("prices"), 20)


def attempt(target: str = "sales") -> Attempt:
    return Attempt("t1", "r", target, "prices", PEOPLE[target])


def requested(target: str = "sales") -> Transfer:
    transfer = Transfer()
    transfer.request(attempt(target), 0)
    return transfer


def placed(target: str = "sales") -> Transfer:
    transfer = requested(target)
    transfer.settle(100, agent_heard=True)
    return transfer


def test_the_target_is_called_when_the_agent_was_heard() -> None:
    transfer = requested()
    assert transfer.settle(50, agent_heard=False) == (None, [])
    assert transfer.settle(100, agent_heard=True) == ("place", [PLACED])
    assert (transfer.state, transfer.deadline()) == ("calling", 100 + 20_000 + RING_GRACE_MS)


def test_a_talkative_agent_does_not_hold_the_transfer_up() -> None:
    transfer = requested()
    assert transfer.deadline() == ANNOUNCED_MS
    assert transfer.settle(ANNOUNCED_MS, agent_heard=False) == ("place", [PLACED])


def test_the_one_target_gets_the_caller_the_other_gets_a_listener() -> None:
    leaves, listens = placed("sales"), placed("nurse")
    connected = [TransferNoted("sales", "connected", 4900)]
    assert leaves.human_answered(5000) == ("attend", connected)
    assert leaves.settle(5000, agent_heard=True) == ("leave", [])
    assert listens.human_answered(5000)[0] == "attend"
    assert listens.settle(5000, agent_heard=True) == ("listen", [])
    assert (leaves.state, listens.state, leaves.reached, leaves.human_is_there) == ("connected", "listening", True, True)


@pytest.mark.parametrize("rings", [True, False])
def test_a_target_that_does_not_answer_gives_the_caller_back(rings: bool) -> None:
    transfer = placed()
    transfer.ringing("sales" if rings else "nurse")
    assert transfer.state == ("ringing" if rings else "calling")
    assert transfer.failed("busy", "", 5100) == ("take_back", [TransferNoted("sales", "busy", 5000)])
    assert (transfer.state, transfer.deadline(), transfer.pending) == ("none", None, False)


def test_a_phone_that_rings_for_ever_gives_the_caller_back() -> None:
    transfer = placed()
    assert transfer.settle(25_100, agent_heard=True) == ("take_back", [TransferNoted("sales", "no_answer", 25_000)])


def test_a_human_who_answers_after_all_gets_the_caller() -> None:
    transfer = placed()
    transfer.settle(25_100, agent_heard=True)
    assert transfer.human_answered(25_200)[0] == "attend"


def test_without_a_request_nobody_answers() -> None:
    assert Transfer().human_answered(0) == (None, [])
    assert Transfer().failed("busy", "", 0) == (None, [])
    assert Transfer().cancel(0) == []


def test_one_transfer_at_a_time_and_not_for_ever() -> None:
    transfer = Transfer()
    assert transfer.refusal() is None
    for _ in range(MOST_TRANSFERS):
        transfer.request(attempt(), 0)
        assert transfer.refusal() == "a transfer is already under way"
        transfer.settle(0, agent_heard=True)
        transfer.failed("busy", "", 0)
    assert transfer.refusal() == "there were 5 transfers already"


def roster(transfer: Transfer, count: int, *, caller_here: bool = True, now: float = 9000) -> str | None:
    return transfer.participants_changed(count, caller_here=caller_here, now=now)[0]


def listened() -> Transfer:
    transfer = placed("nurse")
    transfer.human_answered(5000)
    transfer.settle(5000, agent_heard=True)
    return transfer


def test_the_human_leaves_when_the_count_falls() -> None:
    transfer = listened()
    assert [roster(transfer, count) for count in (1, 2, 3, 2)] == [None] * 4
    assert roster(transfer, 1) == "hang_up"
    assert (transfer.reached, transfer.human_is_there) == (True, False)


def test_a_caller_who_leaves_is_told_from_a_human_who_leaves() -> None:
    transfer = listened()
    roster(transfer, 2)
    assert roster(transfer, 1, caller_here=False) == "hang_up"


def in_mode(mode: TransferMode, **changes: Any) -> Transfer:
    transfer = Transfer(HandoverPolicy(stay_ms=3000))
    transfer.request(replace(attempt(), policy=TargetPolicy(mode=mode, ring_seconds=20), **changes), 0)
    transfer.settle(100, agent_heard=True)
    return transfer


def test_an_agent_that_stays_a_moment_takes_the_caller_back_from_a_human_who_hangs_up() -> None:
    transfer = in_mode("join")
    transfer.human_answered(1000)
    assert transfer.deadline() == 4000
    roster(transfer, 2)
    gone = [TransferNoted("sales", "failed", 1900, "join", "human_left")]
    assert transfer.participants_changed(1, caller_here=True, now=2000) == ("take_back", gone)
    assert transfer.refusal() is None


def test_a_caller_waits_on_hold_while_the_human_is_told() -> None:
    transfer = Transfer(HandoverPolicy(stay_ms=3000))
    transfer.request(replace(attempt(), policy=TargetPolicy(mode="warm", ring_seconds=20), summary="Wants a price."), 0)
    call = TransferCaller("sales", Words("prices"), 20, "warm", Words("Wants a price."))
    assert transfer.settle(100, agent_heard=True) == ("place", [HoldCaller(), call])
    assert transfer.human_answered(1000) == ("meet", [])
    assert transfer.in_private
    assert transfer.settle(1000 + HELLO_MS, agent_heard=True) == ("brief", [])
    assert transfer.briefed(9000) == ("attend", [TransferNoted("sales", "connected", 8900, "warm")])
    assert (transfer.released(), transfer.released()) == ([ResumeCaller()], [])


def consulted() -> Transfer:
    transfer = in_mode("consult")
    transfer.human_answered(1000)
    transfer.settle(1000 + HELLO_MS, agent_heard=True)
    assert transfer.briefed(9000) == (None, [])
    return transfer


def test_a_human_who_is_asked_may_take_the_caller_or_not() -> None:
    yes, no, silent = consulted(), consulted(), consulted()
    assert yes.deciding
    assert yes.accepted(9500)[0] == "attend"
    assert no.declined(9500) == ("release", [TransferNoted("sales", "declined", 9400, "consult")])
    assert silent.settle(24_000, agent_heard=True) == ("release", [TransferNoted("sales", "no_answer", 23_900, "consult")])


def test_a_human_who_hangs_up_in_private_gives_the_caller_back() -> None:
    transfer = consulted()
    roster(transfer, 2)
    assert roster(transfer, 1) == "take_back"


def test_a_human_who_was_to_be_told_and_comes_too_late_is_sent_away() -> None:
    transfer = in_mode("warm")
    transfer.failed("no_answer", "", 5000)
    assert transfer.human_answered(6000) == ("dismiss", [])


def test_a_briefing_that_does_not_end_hands_the_caller_over() -> None:
    transfer = in_mode("warm")
    transfer.human_answered(1000)
    transfer.settle(1000 + HELLO_MS, agent_heard=True)
    assert transfer.settle(1000 + HELLO_MS + BRIEFING_MS, agent_heard=False)[0] == "attend"


def test_the_service_moves_a_caller_and_we_are_out() -> None:
    transfer = in_mode("cold")
    assert transfer.deadline() == 100 + COLD_SECONDS * 1000 + RING_GRACE_MS
    assert transfer.human_answered(2000) == ("leave", [TransferNoted("sales", "connected", 1900, "cold")])
    assert transfer.was_moved


def test_a_queue_is_called_one_after_the_other() -> None:
    bob = ("bob", TargetPolicy(mode="warm", ring_seconds=15))
    transfer = in_mode("warm", queue=(bob,))
    action, (noted, call) = transfer.failed("busy", "", 2000)
    assert (action, noted) == ("place", TransferNoted("sales", "busy", 1900, "warm"))
    assert call == TransferCaller("bob", Words("prices"), 15, "warm")  # who is on hold already stays there
    assert transfer.failed("no_answer", "", 9000)[0] == "take_back"


def test_a_human_who_is_there_when_we_must_go_has_the_caller() -> None:
    transfer = consulted()
    assert transfer.part(9500) == [TransferNoted("sales", "connected", 9400, "consult")]
    assert (transfer.reached, transfer.part(9600), transfer.cancel(9600)) == (True, [], [])


def test_a_call_that_ends_first_cancels_the_transfer() -> None:
    assert placed().cancel(300) == [TransferNoted("sales", "cancelled", 200)]


def test_the_model_learns_the_outcome_in_words() -> None:
    assert json.loads(outcome_output("busy")) == {"outcome": "busy", "message": "the line is busy"}
    assert json.loads(outcome_output("declined", "Not now.")) == {"outcome": "declined", "message": "Not now."}
