from __future__ import annotations

import json

import pytest

from voiceagent.call.commands import TransferCaller, TransferNoted
from voiceagent.call.transfer import ANNOUNCED_MS, MOST_TRANSFERS, RING_GRACE_MS, Attempt, Transfer, outcome_output
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
    assert (leaves.human_answered(), leaves.state) == ("leave", "connected")
    assert (listens.human_answered(), listens.state) == ("listen", "listening")
    assert leaves.reached
    assert leaves.human_has_caller


@pytest.mark.parametrize("rings", [True, False])
def test_a_target_that_does_not_answer_gives_the_caller_back(rings: bool) -> None:
    transfer = placed()
    transfer.ringing("sales" if rings else "nurse")
    assert transfer.state == ("ringing" if rings else "calling")
    assert (transfer.failed(), transfer.state) == ("take_back", "none")
    assert transfer.note("busy", 5100) == [TransferNoted("sales", "busy", 5000)]
    assert (transfer.deadline(), transfer.pending) == (None, False)


def test_a_phone_that_rings_for_ever_gives_the_caller_back() -> None:
    transfer = placed()
    assert transfer.settle(25_100, agent_heard=True) == ("take_back", [])


def test_a_human_who_answers_after_all_gets_the_caller() -> None:
    transfer = placed()
    transfer.settle(25_100, agent_heard=True)
    assert transfer.human_answered() == "leave"


def test_without_a_request_nobody_answers() -> None:
    assert Transfer().human_answered() is None
    assert Transfer().failed() is None
    assert Transfer().note("busy", 0) == []


def test_one_transfer_at_a_time_and_not_for_ever() -> None:
    transfer = Transfer()
    assert transfer.refusal() is None
    for _ in range(MOST_TRANSFERS):
        transfer.request(attempt(), 0)
        assert transfer.refusal() == "a transfer is already under way"
        transfer.settle(0, agent_heard=True)
        transfer.failed()
    assert transfer.refusal() == "there were 5 transfers already"


def test_the_human_leaves_when_the_count_falls() -> None:
    transfer = placed("nurse")
    transfer.human_answered()
    assert [transfer.participants_changed(count) for count in (1, 2, 3, 2)] == [None] * 4
    assert transfer.participants_changed(1) == "hang_up"
    assert (transfer.reached, transfer.human_has_caller) == (True, False)


def test_the_model_learns_the_outcome_in_words() -> None:
    assert json.loads(outcome_output("busy")) == {"outcome": "busy", "message": "the line is busy"}
    assert json.loads(outcome_output("declined", "Not now.")) == {"outcome": "declined", "message": "Not now."}
