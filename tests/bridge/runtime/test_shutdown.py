"""Draining: politely, then at once, and never without bound."""

from __future__ import annotations

import asyncio

from voiceagent.call.events import EndRequested, Event
from voiceagent.call.life import DEPARTING_MS
from voiceagent.runtime.registry import Registry
from voiceagent.runtime.shutdown import AT_ONCE_SECONDS, DRAIN_SECONDS, drain


class Call:
    def __init__(self, call_id: str, calls: Registry[Call], *, obeys: str) -> None:
        self.call_id = call_id
        self.asked: list[Event] = []
        self._calls = calls
        self._obeys = obeys
        calls.add(self)

    def deliver(self, event: Event) -> None:
        self.asked.append(event)
        assert isinstance(event, EndRequested)
        if self._obeys == ("at once" if event.at_once else "politely"):
            self._calls.remove(self)


async def test_calls_that_end_politely_are_asked_once() -> None:
    calls: Registry[Call] = Registry()
    call = Call("one", calls, obeys="politely")
    assert await drain(calls, seconds=1) == 0  # type: ignore[arg-type]  # a fake call
    assert call.asked == [EndRequested("shutdown")]


async def test_the_impatient_second_request_is_at_once() -> None:
    calls: Registry[Call] = Registry()
    call = Call("one", calls, obeys="at once")
    told = []
    left = await drain(calls, seconds=0, on_impatience=lambda: told.append(True))  # type: ignore[arg-type]  # a fake call
    assert left == 0
    assert call.asked == [EndRequested("shutdown"), EndRequested("shutdown", at_once=True)]
    assert told == [True]


async def test_without_calls_there_is_nothing_to_wait_for() -> None:
    assert await drain(Registry(), seconds=1) == 0


async def test_a_call_that_does_not_end_is_counted() -> None:
    calls: Registry[Call] = Registry()
    Call("one", calls, obeys="never")
    assert await drain(calls, seconds=0, at_once_seconds=0) == 1  # type: ignore[arg-type]  # a fake call


async def test_a_call_that_ends_by_itself_in_its_grace_is_not_asked_to() -> None:
    calls: Registry[Call] = Registry()
    call = Call("one", calls, obeys="never")
    asyncio.get_running_loop().call_soon(calls.remove, call)
    assert await drain(calls, patience_seconds=5) == 0  # type: ignore[arg-type]  # a fake call
    assert call.asked == []


async def test_when_its_grace_is_over_it_is_asked() -> None:
    calls: Registry[Call] = Registry()
    call = Call("one", calls, obeys="politely")
    assert await drain(calls, patience_seconds=0.001, seconds=1) == 0  # type: ignore[arg-type]  # a fake call
    assert call.asked == [EndRequested("shutdown")]


def test_a_hang_up_that_nobody_confirms_is_over_before_its_call_is_cut_short() -> None:
    assert DEPARTING_MS / 1000 < AT_ONCE_SECONDS
    assert DRAIN_SECONDS + AT_ONCE_SECONDS < 20  # what `deploy` leaves of the grace period
