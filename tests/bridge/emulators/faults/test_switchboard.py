"""Which faults are armed, and when one happens."""

from __future__ import annotations

import pytest

from voiceagent.emulators.faults.catalogue import FAULTS
from voiceagent.emulators.faults.switchboard import PHONE, Switchboard
from voiceagent.errors import UserError


def names(board: Switchboard, what: str = "", call: str = "") -> list[str]:
    return [shot.fault for shot in board.strikes("callback", what, call)]


def test_a_fault_happens_once_unless_told_otherwise() -> None:
    board = Switchboard()
    board.arm("callback.lost", {})
    assert [names(board, "CallConnected") for _ in range(3)] == [["callback.lost"], [], []]
    assert board.json() == {
        "armed": [],
        "happened": [{"fault": "callback.lost", "to": "CallConnected", "call": ""}],
    }


def test_it_waits_for_its_turn_its_thing_and_its_call() -> None:
    board = Switchboard()
    board.arm("callback.lost", {"after": "1", "times": 2, "only": "call*", "call": "c1"})
    told = [("CallConnected", "c2"), ("PlayCompleted", "c1"), ("CallConnected", "c1"), ("CALLDISCONNECTED", "c1")]
    assert [bool(names(board, what, call)) for what, call in told] == [False, False, False, True]
    assert board.armed[0].left == 1


def test_it_may_happen_for_ever_and_several_at_once() -> None:
    board = Switchboard()
    board.arm("callback.lost", {"times": 0})
    board.arm("callback.late", {"ms": 5})
    assert names(board) == ["callback.lost", "callback.late"]
    assert names(board) == ["callback.lost"]


@pytest.mark.parametrize("name", ["times", "after"])
def test_counts_are_whole_numbers(name: str) -> None:
    with pytest.raises(UserError, match=f"`{name}` must be a whole number; got 0.5"):
        Switchboard().arm("callback.lost", {name: 0.5})


def test_chance_is_the_same_for_the_same_seed() -> None:
    def outcomes(seed: int) -> list[bool]:
        board = Switchboard(seed=seed)
        board.arm("callback.lost", {"times": 0, "probability": 0.5})
        return [bool(names(board)) for _ in range(20)]

    assert outcomes(1) == outcomes(1) != outcomes(2)
    assert 4 < sum(outcomes(1)) < 16


def test_what_a_call_brought_goes_with_it_and_the_rest_is_cleared() -> None:
    board = Switchboard()
    board.arm("callback.lost", {}, owner="c1")
    board.arm("callback.late", {})
    board.arm("engine.dropped", {})
    board.call_ended("c1")
    assert board.clear("callback.late") == 1
    assert board.clear("3") == 1
    with pytest.raises(UserError, match="No fault '3' is armed"):
        board.clear("3")
    assert board.clear() == 0


def test_the_clock_is_wrong_while_it_is_armed() -> None:
    board = Switchboard()
    assert board.skew_seconds == 0
    board.arm("clock.skewed", {"seconds": 90})
    board.arm("clock.skewed", {"seconds": 30, "direction": "behind"})
    assert board.skew_seconds == 60
    board.clear("clock.skewed")
    assert board.skew_seconds == 0


@pytest.mark.parametrize(
    ("name", "written", "sentence"),
    [
        ("callback.lots", {}, "There is no fault 'callback.lots'"),
        ("callback.lost", {"mz": 1}, "callback.lost has no parameter `mz`"),
        ("callback.late", {"ms": "soon"}, "`ms` must be a number of at least 0; got 'soon'"),
        ("callback.late", {"ms": None}, "`ms` must be a number"),
        ("callback.late", {"ms": "nan"}, "`ms` must be a number"),
        ("callback.forged", {"kind": "old"}, "`kind` must be one of expired, "),
        ("callback.lost", {"times": -1}, "`times` must be a number"),
        ("callback.lost", {"probability": 2}, "`probability` must be between 0 and 1"),
        ("engine.dropped", {}, "engine.dropped happens on a wire that these emulators do not have"),
    ],
)
def test_what_cannot_be_meant_is_told(name: str, written: dict[str, object], sentence: str) -> None:
    board = Switchboard(sites=PHONE)
    with pytest.raises(UserError, match=sentence):
        board.arm(name, written)
    assert board.armed == []


def test_every_fault_can_be_armed_with_its_defaults() -> None:
    board = Switchboard()
    for fault in FAULTS:
        board.arm(fault.name, {})
    assert len(board.armed) == len(FAULTS)


async def test_a_pause_is_the_sleep_it_was_given() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    await Switchboard(sleep=sleep).pause(1500)
    assert slept == [1.5]


def test_the_clock_of_one_call_is_not_everybodys() -> None:
    board = Switchboard()
    board.arm("clock.skewed", {"seconds": 90, "call": "one"})
    assert (board.skew_seconds, board.skew_of("one"), board.skew_of("two")) == (0, 90, 0)


def test_a_thing_may_be_known_by_several_names() -> None:
    board = Switchboard()
    board.arm("engine.refused", {"call": "mine", "times": 0})
    assert board.strikes("engine-connect", "gpt-realtime", ("session", "mine"))
    assert not board.strikes("engine-connect", "gpt-realtime", ())
    assert board.happened[-1]["call"] == "mine"
