"""A whole run with a stage that only pretends: order, repeats, jobs, failing fast, stopping, sharing of bridges."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from voiceagent.errors import RemoteError, UserError
from voiceagent.local.emulators import Emulators
from voiceagent.scenarios import run as under_test
from voiceagent.scenarios.judge import Verdict
from voiceagent.scenarios.load import Case
from voiceagent.scenarios.results import Run
from voiceagent.scenarios.run import Options, run
from voiceagent.scenarios.stage import INTERRUPTED

LOST = RemoteError("gone", service="the emulators")


class Theatre:
    """Keeps what happened. Scenarios whose name begins with `bad` fail; `gate` holds all back until it is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.died = asyncio.Event()
        self.playing = self.most = 0
        monkeypatch.setattr(under_test, "house", self.house)
        monkeypatch.setattr(under_test, "stage", self.stage)

    @asynccontextmanager
    async def house(self, project: Any, *, say: Any, leg: str, found: Any) -> AsyncIterator[Emulators]:
        found({"rule": "vl-quota"})
        self.legs = [leg]
        self.log.append("house")
        yield Emulators({}, {}, self._lost)

    async def _lost(self) -> RemoteError:
        await self.died.wait()
        return LOST

    @asynccontextmanager
    async def stage(self, project: Any, overrides: Any, house: Any, leg: str) -> AsyncIterator[Theatre]:
        self.legs.append(leg)
        self.log.append(f"stage {dict(overrides)}")
        yield self
        self.log.append("curtain")

    async def play(self, case: Case, *, stop: asyncio.Event, keep_sound: bool) -> Run:
        self.log.append(case.name)
        self.playing += 1
        self.most = max(self.most, self.playing)
        await self.gate.wait()
        self.playing -= 1
        if stop.is_set():
            return Run((), None, error=INTERRUPTED)
        return Run((Verdict("x", not case.name.startswith("bad"), "y"),), {})


@pytest.fixture
def theatre(monkeypatch: pytest.MonkeyPatch) -> Theatre:
    return Theatre(monkeypatch)


def some(written: Callable[..., Any], *names: str, more: str = "") -> list[Case]:
    return [written(f"name: {name}\n{more}steps: [say: hi]", f"{name}.yaml") for name in names]


async def test_what_the_linter_found_is_among_the_outcomes(theatre: Theatre, written: Callable[..., Any]) -> None:
    outcomes = await run(some(written, "one"), Options())
    assert outcomes.findings == ({"rule": "vl-quota"},)


async def test_all_are_played_in_order_on_one_stage(theatre: Theatre, written: Callable[..., Any]) -> None:
    told: list[str] = []
    outcomes = await run(
        some(written, "a", "bad", "c"), Options(), told=lambda case, one: told.append(f"{case.name} {one.outcome}")
    )
    assert theatre.log == ["house", "stage {}", "a", "bad", "c", "curtain"]
    assert told == ["a passed", "bad failed", "c passed"]
    assert [(result.case.name, result.outcome) for result in outcomes.results] == [
        ("a", "passed"),
        ("bad", "failed"),
        ("c", "passed"),
    ]
    assert outcomes.not_run == ()


async def test_other_settings_need_another_stage_in_the_same_house(theatre: Theatre, written: Callable[..., Any]) -> None:
    cases = [*some(written, "a"), *some(written, "b", more="settings: {limits.max_calls: 2}\n"), *some(written, "c")]
    outcomes = await run(cases, Options())
    assert theatre.log == ["house", "stage {}", "a", "c", "curtain", "stage {'limits.max_calls': 2}", "b", "curtain"]
    assert [result.case.name for result in outcomes.results] == ["a", "b", "c"]


@pytest.mark.parametrize(("wanted", "times"), [(None, 2), (3, 3)])
async def test_repeats_are_the_scenarios_or_the_runs(
    theatre: Theatre, written: Callable[..., Any], wanted: int | None, times: int
) -> None:
    outcomes = await run(some(written, "a", more="repeat: 2\n"), Options(repeat=wanted))
    assert len(outcomes.results[0].runs) == times


async def test_failing_fast_begins_nothing_more(theatre: Theatre, written: Callable[..., Any]) -> None:
    outcomes = await run(some(written, "a", "bad", "c"), Options(fail_fast=True))
    assert [result.case.name for result in outcomes.results] == ["a", "bad"]
    assert [case.name for case in outcomes.not_run] == ["c"]


async def test_so_many_at_once_as_there_are_jobs(theatre: Theatre, written: Callable[..., Any]) -> None:
    theatre.gate.clear()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run(some(written, "a", "b", "c"), Options(jobs=2)))
        while theatre.playing < 2:
            await asyncio.sleep(0)
        theatre.gate.set()
    assert theatre.most == 2
    assert [result.outcome for result in running.result().results] == ["passed"] * 3


async def test_stopping_leaves_out_what_was_not_finished(theatre: Theatre, written: Callable[..., Any]) -> None:
    stop = asyncio.Event()
    theatre.gate.clear()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run(some(written, "a", "b"), Options(), stop=stop))
        while not theatre.playing:
            await asyncio.sleep(0)
        stop.set()
        theatre.gate.set()
    assert running.result().results == ()
    assert [case.name for case in running.result().not_run] == ["a", "b"]


async def test_when_the_emulators_die_nothing_more_begins(theatre: Theatre, written: Callable[..., Any]) -> None:
    theatre.gate.clear()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run(some(written, "a", "b"), Options()))
        while not theatre.playing:
            await asyncio.sleep(0)
        theatre.died.set()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        theatre.gate.set()
    outcomes = running.result()
    assert outcomes.lost is LOST
    assert [result.case.name for result in outcomes.results] == ["a"]
    assert [case.name for case in outcomes.not_run] == ["b"]


async def test_a_persona_without_a_model_is_told_before_anything_starts(theatre: Theatre, written: Callable[..., Any]) -> None:
    with pytest.raises(UserError, match="needs a chat model"):
        await run([written("persona: {who: x, goal: y}")], Options())
    assert theatre.log == []


async def test_calls_come_over_the_service_that_was_asked_for(theatre: Theatre, written: Any) -> None:
    await run(some(written, "a"), Options(leg="twilio"))
    assert theatre.legs == ["twilio", "twilio"]


async def test_all_callers_of_a_scenario_call_at_once_and_each_is_judged(theatre: Theatre, written: Any) -> None:
    theatre.gate.clear()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run(some(written, "crowd", more="callers: 5\nrepeat: 2\n"), Options()))
        while theatre.most < 5:
            await asyncio.sleep(0)
        theatre.gate.set()
    assert theatre.most == 5
    assert [len(result.runs) for result in running.result().results] == [10]
