"""From a ring to a running call and back to none."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from voiceagent.call.commands import CallBeganNoted, CallEndedNoted, Warned
from voiceagent.call.events import CallerLeft
from voiceagent.errors import UserError
from voiceagent.protocol.acs_callbacks import CreateCallFailed, Result
from voiceagent.protocol.identifiers import phone
from voiceagent.runtime.admission import ConnectionBudget
from voiceagent.server.dialling import DialRequest
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
        assert bench.bridge.admission.inside == 1
        living.runner.deliver(CallerLeft("hung up"))
        assert (await bench.watcher.until(CallEndedNoted))[0].outcome == "completed"


def _broken(*_: Any) -> Any:
    raise RuntimeError("no such thing")


async def test_a_call_that_cannot_be_made_is_refused_told_and_leaves_its_place(bridging_with: Any) -> None:
    async with bridging_with(limits={"max_calls": 1}) as bench:
        bench.bridge.agents[0].account = _broken
        bench.bridge.ring(bench.incoming())
        ended = (await bench.watcher.until(CallEndedNoted))[0]
        assert (ended.outcome, ended.reason) == ("failed", "a defect in the bridge: RuntimeError")
        assert bench.network.rejected == ["one"]
        while bench.bridge.admission.inside:
            await asyncio.sleep(0)
        bench.bridge.agents[0].account = None
        await bench.live("two")


async def test_a_call_of_ours_that_cannot_be_made_rings_nobody_and_leaves_its_place(bridging_with: Any) -> None:
    async with bridging_with(acs={"phone_number": "+14255550199"}, transfer=NIGHT) as bench:
        bench.bridge.agents[0].account = _broken
        bench.bridge.dial(DialRequest("night", "k"))
        ended = (await bench.watcher.until(CallEndedNoted))[0]
        assert (ended.outcome, bench.network.dialled, bench.network.rejected) == ("failed", [], [])
        while bench.bridge.admission.inside:
            await asyncio.sleep(0)


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


async def test_abandoned_calls_close_what_they_have_open_and_are_told_as_cut_short(bench: Any) -> None:
    await bench.live()
    bench.bridge.abandon()
    ended = (await bench.watcher.until(CallEndedNoted))[0]
    assert bench.engines[0].closed
    assert (ended.outcome, ended.reason) == ("failed", "cancelled")


NIGHT = {"targets": {"night": {"acs_user": "8:acs:night"}}}


@pytest.mark.parametrize(
    ("rule", "reason", "away"),
    [
        ({"do": "busy"}, "busy", ["busy"]),
        ({"do": "forbidden"}, "forbidden", ["forbidden"]),
        ({"do": "redirect", "to": "night"}, "redirected", [("one", "8:acs:night")]),
    ],
)
async def test_a_rule_turns_a_caller_away_before_the_answer(
    bridging_with: Any, rule: dict[str, str], reason: str, away: list[Any]
) -> None:
    async with bridging_with(answer={"rules": [{"caller": ["+1425*"], **rule}]}, transfer=NIGHT) as bench:
        bench.bridge.ring(bench.incoming())
        ended = (await bench.watcher.until(CallEndedNoted))[0]
        assert (ended.outcome, ended.reason, bench.network.answered) == ("rejected", reason, [])
        assert (bench.network.redirected or bench.network.reasons) == away
        assert bench.bridge.admission.inside == 0


async def test_a_caller_too_many_is_sent_to_the_overflow(bridging_with: Any) -> None:
    async with bridging_with(limits={"max_calls": 1}, answer={"overflow": "night"}, transfer=NIGHT) as bench:
        await bench.live()
        bench.bridge.ring(bench.incoming("two"))
        ended = (await bench.watcher.until(CallEndedNoted))[0]
        assert (ended.reason, bench.network.redirected, bench.network.rejected) == ("redirected", [("two", "8:acs:night")], [])


async def test_each_number_has_its_agent(bridging_with: Any) -> None:
    beside = {"name": "beside", "numbers": ["+14255550102"]}
    async with bridging_with(agent={"name": "first", "numbers": ["+14255550101"]}, beside=beside) as bench:
        for context, number in (("a", "+14255550101"), ("b", "+14255550102"), ("c", "+14255550103")):
            bench.bridge.ring(dataclasses.replace(bench.incoming(context), to=phone(number)))
        began = await bench.watcher.until(CallBeganNoted, 3)
        assert {(note.called.shown[-1], note.agent) for note in began} == {("1", "first"), ("2", "beside"), ("3", "first")}
        ended = (await bench.watcher.until(CallEndedNoted))[0]
        assert (ended.reason, bench.network.rejected) == ("nobodys_number", ["c"])


async def test_a_call_of_ours_is_placed_once_for_one_wish(bridging_with: Any) -> None:
    async with bridging_with(acs={"phone_number": "+14255550199"}, transfer=NIGHT) as bench:
        wish = DialRequest("night", "k")
        first, second = bench.bridge.dial(wish), bench.bridge.dial(wish)
        assert (first.call_id, first.repeated, second.repeated) == (second.call_id, False, True)
        began = (await bench.watcher.until(CallBeganNoted))[0]
        while not bench.network.dialled:
            await asyncio.sleep(0)
        assert (bench.network.dialled, began.caller.shown, began.called.shown) == (
            ["8:acs:night"],
            "+14255550199",
            "8:acs:night",
        )
        live = bench.bridge.find(first.call_id)
        live.control.on_callback(CreateCallFailed(result=Result(486, 8539, "busy")))
        ended = (await bench.watcher.until(CallEndedNoted))[0]
        assert (ended.outcome, ended.reason, bench.bridge.admission.inside) == ("failed", "busy", 0)


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (DialRequest("night", "k", "other"), "no agent other is served here"),
        (DialRequest("+14255550123", "k"), "numbers such as +142… may not be dialled"),
        (DialRequest("phone", "k"), "there is no number of ours to call from"),
    ],
)
async def test_who_may_not_be_called_is_not(bridging_with: Any, wish: DialRequest, sentence: str) -> None:
    targets = {**NIGHT["targets"], "phone": {"phone_number": "+14255550123"}}
    async with bridging_with(transfer={"targets": targets}) as bench:
        with pytest.raises(UserError, match=re.escape(sentence)):
            bench.bridge.dial(wish)
        assert bench.network.dialled == []


async def test_without_azure_nobody_can_be_called_and_no_number_is_to_blame(bridging_with: Any) -> None:
    async with bridging_with(transfer=NIGHT) as bench:
        bench.bridge._client = None
        with pytest.raises(UserError, match="calls are placed over Azure Communication Services"):
            bench.bridge.dial(DialRequest("night", "k"))


async def test_a_wish_for_which_there_was_no_room_may_be_told_again(bridging_with: Any) -> None:
    async with bridging_with(transfer=NIGHT, budget=ConnectionBudget(1, clock := ManualClock())) as bench:
        assert bench.bridge.admission._budget.book(0) == 0
        first = bench.bridge.dial(DialRequest("night", "k"))
        assert (await bench.watcher.until(CallEndedNoted))[0].reason == "no_room"
        while bench.bridge._dialling.known("k"):
            await asyncio.sleep(0)
        clock.advance(60_000)
        assert bench.bridge.dial(DialRequest("night", "k")).call_id != first.call_id


async def test_a_bridge_that_stops_calls_nobody(bridging_with: Any) -> None:
    async with bridging_with(transfer=NIGHT) as bench:
        bench.bridge.admission.drain()
        with pytest.raises(UserError, match="stopping"):
            bench.bridge.dial(DialRequest("night", "k"))


async def test_a_ring_that_another_replica_took_is_not_answered_here(bench: Any) -> None:
    class Store:
        calls_of_all = 4

        async def first(self, _: str) -> bool:
            return False

    bench.bridge.store = Store()
    bench.bridge.ring(bench.incoming("one"))
    while bench.bridge._tasks:
        await asyncio.sleep(0)
    assert (bench.network.answered, bench.network.rejected) == ([], [])
    assert (await bench.http.get("/readyz")).json() == {"ready": True, "calls": 0, "calls_of_all": 4}


async def test_the_addresses_of_a_call_lead_through_the_door_of_its_replica(bench: Any) -> None:
    bench.bridge.public.door = "/at/here"
    await bench.live("one")
    assert [url.split("/", 3)[3][:8] for url in bench.network.addresses["one"]] == ["at/here/", "at/here/"]
