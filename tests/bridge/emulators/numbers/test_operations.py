"""Asked for now, done a little later."""

from __future__ import annotations

from voiceagent.emulators.numbers import operations
from voiceagent.emulators.numbers.operations import Operations


def test_the_effect_comes_when_the_operation_is_done() -> None:
    all_of_them, done = Operations(2), []
    begun = all_of_them.begin("o1", "search", 10, effect=lambda: done.append(1))
    all_of_them.settle(11.9)
    assert (begun.status, done) == ("running", [])
    all_of_them.settle(12)
    all_of_them.settle(13)
    assert (begun.status, done) == ("succeeded", [1])
    assert all_of_them.find("o1") is begun
    assert all_of_them.find("o2") is None


def test_a_failing_one_has_no_effect() -> None:
    all_of_them, done = Operations(0), []
    begun = all_of_them.begin("o1", "purchase", 0, failure=("NoWallet", "no"), effect=lambda: done.append(1))
    all_of_them.settle(0)
    assert (begun.status, done) == ("failed", [])


def test_only_what_runs_can_be_canceled() -> None:
    all_of_them = Operations(1)
    running, finished = all_of_them.begin("a", "search", 5), all_of_them.begin("b", "search", 0)
    all_of_them.settle(1)
    all_of_them.cancel(running)
    all_of_them.cancel(finished)
    assert (running.status, finished.status) == ("failed", "succeeded")


def test_old_ones_are_forgotten() -> None:
    all_of_them = Operations(0)
    for number in range(operations.KEPT + 5):
        all_of_them.begin(str(number), "search", 0)
        all_of_them.settle(0)
    assert all_of_them.find("0") is None
    assert all_of_them.find(str(operations.KEPT)) is not None
