"""Calls are found while they run, and the last that were given up for a while after it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.control.acs import AcsControl
from voiceagent.server.known_calls import GIVEN_UP_KEPT, KnownCalls


class Socket:
    """Remembers why it was closed."""

    closed = ""

    def shut(self, reason: str) -> None:
        self.closed = reason


def call(name: str, *, given_up: bool = False, reason: str = "", media: Any = None) -> Any:
    control = AcsControl.__new__(AcsControl)  # of all it is made of, only this decides here
    control.given_up = given_up
    runner = SimpleNamespace(call_id=name, end=SimpleNamespace(reason=reason) if reason else None)
    return SimpleNamespace(call_id=name, runner=runner, control=control, media=media)


def test_a_call_is_found_while_it_runs() -> None:
    calls, one = KnownCalls(), call("1")
    with calls.while_it_runs(one):
        assert (calls.find("1"), [*calls], len(calls.running)) == (one, [one], 1)
    assert (calls.find("1"), [*calls], len(calls.running)) == (None, [], 0)
    assert calls.find_given_up("1") is None


@pytest.mark.parametrize(("reason", "expected"), [("caller_left", "caller_left"), ("", "cancelled")])
def test_its_socket_is_closed_with_the_reason_of_its_end(reason: str, expected: str) -> None:
    socket = Socket()
    with KnownCalls().while_it_runs(call("1", reason=reason, media=socket)):
        assert socket.closed == ""
    assert socket.closed == expected


def test_the_last_calls_that_were_given_up_are_remembered() -> None:
    calls = KnownCalls()
    for number in range(GIVEN_UP_KEPT + 1):
        with calls.while_it_runs(call(str(number), given_up=True)):
            pass
    assert calls.find_given_up("0") is None
    assert calls.find_given_up("1") is not None
    assert calls.find("1") is None


def test_a_call_that_breaks_is_forgotten_as_well() -> None:
    calls = KnownCalls()
    with pytest.raises(RuntimeError), calls.while_it_runs(call("1")):
        raise RuntimeError
    assert [*calls] == []
