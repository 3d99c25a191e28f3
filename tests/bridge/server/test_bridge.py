"""From a ring to a running call and back to none."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.core.exceptions import HttpResponseError

from voiceagent.call.commands import CallBeganNoted, CallEndedNoted, Warned
from voiceagent.call.events import CallerLeft
from voiceagent.runtime.admission import ConnectionBudget
from voiceagent.testing.clock import ManualClock


async def test_a_ring_becomes_a_call_with_its_own_addresses(bench: Any) -> None:
    call = await bench.live()
    callback, media = bench.network.addresses["one"]
    assert callback.startswith(f"https://bridge.example/callbacks/{call.call_id}/")
    assert media.startswith(f"wss://bridge.example/media/{call.call_id}/")
    began = (await bench.watcher.until(CallBeganNoted))[0]
    assert (began.correlation_id, began.caller.shown, began.called.shown) == ("c-one", "+14255550100", "+14255550199")
    call.runner.deliver(CallerLeft("hung up"))
    ended = (await bench.watcher.until(CallEndedNoted))[0]
    assert ended.outcome == "completed"
    assert bench.engines[0].closed
    while len(bench.bridge.calls):
        await asyncio.sleep(0)
    assert bench.bridge.find(call.call_id) is None
    assert bench.bridge.admission.inside == 0


async def test_a_repeated_ring_is_answered_once(bench: Any) -> None:
    await bench.live()
    bench.bridge.ring(bench.incoming())
    bench.bridge.ring(bench.incoming(event_id="another delivery"))
    await bench.live("two")
    assert bench.network.answered == ["one", "two"]


async def test_a_stale_ring_is_left_alone_and_a_timeless_one_is_not(bench: Any) -> None:
    late = datetime.now(UTC) - timedelta(seconds=30)
    bench.bridge.ring(bench.incoming("late", time=late.isoformat()))
    fresh = datetime.now(UTC) - timedelta(seconds=3)
    bench.bridge.ring(bench.incoming("fresh", time=fresh.isoformat()))
    bench.bridge.ring(bench.incoming("timeless", time="yesterday"))
    while len(bench.network.answered) < 2:
        await asyncio.sleep(0)
    assert sorted(bench.network.answered) == ["fresh", "timeless"]


async def test_a_caller_too_many_gets_busy(bridging_with: Any) -> None:
    async with bridging_with(limits={"max_calls": 1}) as bench:
        await bench.live()
        bench.bridge.ring(bench.incoming("two"))
        ended = (await bench.watcher.until(CallEndedNoted))[0]
        assert bench.network.rejected == ["two"]
        assert (ended.outcome, ended.reason) == ("rejected", "too_many_calls")


async def test_beyond_the_engines_quota_a_caller_gets_busy(bridging_with: Any) -> None:
    async with bridging_with(budget=ConnectionBudget(1, ManualClock())) as bench:
        await bench.live()
        bench.bridge.ring(bench.incoming("two"))
        ended = (await bench.watcher.until(CallEndedNoted))[0]
        assert bench.network.rejected == ["two"]
        assert (ended.outcome, ended.reason) == ("rejected", "engine_quota")


async def test_a_caller_who_waits_for_the_engine_rings_on_and_gets_busy_when_we_go_down(bridging_with: Any) -> None:
    clock = ManualClock()
    async with bridging_with(budget=ConnectionBudget(1, clock)) as bench:
        await bench.live()
        clock.advance(55_000)
        bench.bridge.ring(bench.incoming("two"))
        while bench.bridge.admission.inside < 2:
            await asyncio.sleep(0)
        assert bench.network.answered == ["one"]
        assert bench.network.rejected == []
        bench.bridge.admission.drain()
        ended = (await bench.watcher.until(CallEndedNoted))[0]
        assert (bench.network.rejected, ended.reason) == (["two"], "draining")
        assert bench.bridge.admission.inside == 1


async def test_the_addresses_of_a_call_hold_as_long_as_its_own_settings_let_it_last(bench: Any) -> None:
    settings = bench.bridge.project.settings
    longer = settings.model_copy(update={"limits": settings.limits.model_copy(update={"max_call_minutes": 600.0})})
    await bench.live()
    bench.bridge.use(dataclasses.replace(bench.bridge.project, settings=longer))
    await bench.live("two")
    ends = [int(bench.path(name, "media").rsplit("/", 1)[1].split(".")[1]) for name in ("one", "two")]
    assert ends[1] - ends[0] >= (600 - settings.limits.max_call_minutes) * 60


async def test_a_refused_rejection_is_noted(bridging_with: Any) -> None:
    async with bridging_with() as bench:
        bench.bridge.admission.drain()
        bench.network.broken = HttpResponseError("gone")
        bench.bridge.ring(bench.incoming())
        await bench.watcher.until(CallEndedNoted)
        assert "reject_failed" in [note.code for _, note in bench.watcher.notes if isinstance(note, Warned)]
        assert not bench.bridge.ready


async def test_a_ring_that_breaks_unforeseen_ends_no_other_call(bridging_with: Any, caplog: Any) -> None:
    async with bridging_with(limits={"max_calls": 1}) as bench:
        living = await bench.live()
        bench.network.broken = RuntimeError("nobody foresaw this")
        bench.bridge.ring(bench.incoming("two"))
        while "nobody foresaw this" not in caplog.text:
            await asyncio.sleep(0)
        assert bench.bridge.find(living.call_id) is living
        living.runner.deliver(CallerLeft("hung up"))
        assert (await bench.watcher.until(CallEndedNoted))[0].outcome == "completed"


async def test_a_changed_project_is_for_the_next_call(bench: Any) -> None:
    first = await bench.live()
    settings = bench.bridge.project.settings
    limits = settings.limits.model_copy(update={"max_calls": 7})
    bench.bridge.use(dataclasses.replace(bench.bridge.project, settings=settings.model_copy(update={"limits": limits})))
    assert bench.bridge.admission.max_calls == 7
    assert bench.bridge.find(first.call_id) is first


async def test_every_edge_is_shown_to_the_taps(bench: Any) -> None:
    await bench.live()
    assert ("webhook", "in") in bench.watcher.frames


async def test_abandoned_calls_close_what_they_have_open(bench: Any) -> None:
    await bench.live()
    bench.bridge.abandon()
    while not bench.engines[0].closed:
        await asyncio.sleep(0)
