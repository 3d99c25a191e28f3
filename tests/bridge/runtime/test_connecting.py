"""When an engine session is opened that follows another one, or an attempt that failed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from voiceagent.call.commands import EngineSetup
from voiceagent.errors import RemoteError
from voiceagent.ports import Engine, EngineListener
from voiceagent.runtime.admission import ConnectionBudget
from voiceagent.runtime.connecting import APART_MS, MOST_APART_MS, Connecting
from voiceagent.testing.clock import ManualClock
from voiceagent.testing.scripted import ScriptedEngine

SETUP = EngineSetup("Be brief.", None, 24_000)


class Listener:
    def deliver(self, event: object) -> None: ...
    def reply_audio(self, reply_id: str, item_id: str, payload: bytes) -> None: ...


class Bench:
    """Opens sessions one after the other; `fails` tells which do not come about."""

    def __init__(self, budget: ConnectionBudget | None = None, *, fails: Sequence[bool] = (), chance: float = 1.0) -> None:
        self.waited_ms: list[float] = []
        self._fails = list(fails)
        self.connecting = Connecting(self._open, budget, chance=lambda: chance, wait=self._wait)

    async def _wait(self, seconds: float) -> None:
        self.waited_ms.append(seconds * 1000)

    async def _open(self, setup: EngineSetup, listener: EngineListener) -> Engine:
        if self._fails and self._fails.pop(0):
            raise RemoteError("no", service="x", status=503)
        return await ScriptedEngine({}).open(setup, listener)

    async def opens(self) -> bool:
        try:
            await self.connecting.open(SETUP, Listener())
        except RemoteError:
            return False
        return True


async def test_the_first_session_of_a_call_was_let_in_with_it() -> None:
    clock = ManualClock()
    budget = ConnectionBudget(1, clock)
    budget.book(0)
    bench = Bench(budget)
    assert await bench.opens()
    assert bench.waited_ms == []


async def test_attempts_that_follow_failures_are_further_and_further_apart_by_chance() -> None:
    bench = Bench(fails=[True] * 5)
    assert [await bench.opens() for _ in range(6)] == [False] * 5 + [True]
    assert bench.waited_ms == [APART_MS * 2, APART_MS * 4, MOST_APART_MS, MOST_APART_MS, MOST_APART_MS]
    assert await bench.opens()
    assert bench.waited_ms[-1] == APART_MS


async def test_further_sessions_take_their_turn_in_the_minute_that_all_calls_share() -> None:
    clock = ManualClock()
    budget = ConnectionBudget(1, clock)
    budget.book(0)
    clock.advance(55_000)
    bench = Bench(budget, chance=0.0)
    assert await bench.opens()
    assert await bench.opens()
    assert bench.waited_ms == [5000]
    with pytest.raises(RemoteError, match="free in 65 s") as refusal:
        await bench.connecting.open(SETUP, Listener())
    assert (refusal.value.status, refusal.value.retry_after_seconds) == (429, 55)
