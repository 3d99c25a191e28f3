"""The recorded caller made ready to speak again, and what came of it. (Whole calls: tests/scenarios.)"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from voiceagent.agent.init import write_project
from voiceagent.emulators.together import Emulators as Together
from voiceagent.errors import UserError
from voiceagent.local import bridge as local_bridge
from voiceagent.local.chat import Chat
from voiceagent.local.emulators import Emulators
from voiceagent.replay import live
from voiceagent.replay.live import Way, ear_report, own_bridge, rehearse, replay_live


def test_a_capture_becomes_an_order_for_the_phone(capture: Path) -> None:
    ready = rehearse(capture, Way())
    assert ready.hidden
    assert (ready.plan["line"], ready.plan["human"], ready.plan["hang_up_after"]) == ("wideband", "answer", True)
    kinds = [next(iter(step)) for step in ready.plan["steps"]]
    assert kinds.count("wav") >= 4
    assert "dtmf" in kinds
    assert any("after_ms" in step for step in ready.plan["steps"])
    assert any("pause_ms" in step for step in ready.plan["steps"])


def test_a_call_can_be_continued_otherwise(capture: Path) -> None:
    ready = rehearse(capture, Way(until=2, say=("What else?",)))
    assert [next(iter(step)) for step in ready.plan["steps"]] == ["wav", "say"]
    assert [next(iter(step)) for step in rehearse(capture, Way(until=0, say=("Hi",))).plan["steps"]] == ["say"]


@pytest.mark.parametrize(("reason", "waits"), [("agent_ended", True), ("transferred", True), ("caller_left", False)])
def test_who_did_not_hang_up_then_leaves_it_to_the_agent_again(
    capture: Path, monkeypatch: pytest.MonkeyPatch, reason: str, waits: bool
) -> None:
    monkeypatch.setattr(live, "report_of", lambda *_, **__: {"end_reason": reason, "transfer": None, "turns": []})
    last = rehearse(capture, Way()).plan["steps"][-1]
    assert (list(last) == ["silence"]) is waits
    assert "silence" not in rehearse(capture, Way(until=0, say=("Hi",))).plan["steps"][-1]


def test_a_turn_that_is_not_there_is_a_user_error(capture: Path) -> None:
    with pytest.raises(UserError, match="turns, not 99"):
        rehearse(capture, Way(until=99))


async def test_the_same_conduct_is_the_same(capture: Path) -> None:
    way = Way()
    ready = rehearse(capture, way)
    plans: list[Mapping[str, Any]] = []

    async def call(plan: Mapping[str, Any]) -> dict[str, Any]:
        plans.append(plan)
        return ready.report

    times = iter((0.0, 80.0))
    result = await replay_live(ready, call, way, repeat=2, clock=lambda: next(times))
    assert (result.verdict, result.mode, plans) == ("same", "live", [ready.plan, ready.plan])
    assert result.speed_x == pytest.approx(1.0, abs=0.01)
    assert result.rates is not None
    assert (result.rates["runs"], result.rates["same"]) == (2, 2)
    assert {one["held"] for one in result.rates["aspects"]} == {2}


async def test_one_run_that_differs_makes_a_difference(capture: Path) -> None:
    way = Way()
    ready = rehearse(capture, way)
    reports = [ready.report, ready.report | {"outcome": "failed"}, ready.report]

    async def call(_: Mapping[str, Any]) -> dict[str, Any]:
        return reports.pop()

    result = await replay_live(ready, call, way, repeat=3)
    assert result.verdict == "different"
    assert result.difference is not None
    assert result.difference["what"] == "outcome"
    assert result.rates is not None
    assert result.rates["same"] == 2
    assert [one["held"] for one in result.rates["aspects"] if one["what"] == "outcome"] == [2]


async def test_a_judge_decides_about_the_agents_words(capture: Path) -> None:
    ready = rehearse(capture, Way())
    turns = [{**turn, "text": "Something else entirely."} for turn in ready.report["turns"]]

    async def call(_: Mapping[str, Any]) -> dict[str, Any]:
        return ready.report | {"turns": turns}

    answer = {"choices": [{"message": {"content": '{"same": true, "why": ""}'}}]}
    judge = Chat("http://127.0.0.1:1", "m", transport=httpx.MockTransport(lambda _: httpx.Response(200, json=answer)))
    assert (await replay_live(ready, call, Way())).verdict == "different"
    result = await replay_live(ready, call, Way(), judge=judge)
    assert result.verdict == "same"
    assert result.rates is not None
    assert "the same is told" in [one["actual"] for one in result.rates["aspects"]]


async def test_a_continued_call_is_compared_with_nothing(capture: Path) -> None:
    way = Way(until=1, say=("Hello",))
    ready = rehearse(capture, way)

    async def call(_: Mapping[str, Any]) -> dict[str, Any]:
        return ready.report | {"outcome": "failed"}

    result = await replay_live(ready, call, way)
    assert (result.verdict, result.rates) == ("same", None)


async def test_a_strangers_bridge_is_judged_by_the_ear(capture: Path) -> None:
    way = Way()
    ready = rehearse(capture, way)

    async def call(_: Mapping[str, Any]) -> dict[str, Any]:
        return ready.report | {"outcome": None, "tools": []}

    result = await replay_live(ready, call, way, ear_only=True)
    assert result.verdict == "same"
    assert result.rates is not None
    assert {one["what"] for one in result.rates["aspects"]} == {"interruptions", "latency p50"}


@pytest.mark.call
async def test_a_capture_is_spoken_to_the_projects_bridge(
    short_capture: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With emulators in this process, and an engine that answers everything with a tone."""

    @asynccontextmanager
    async def emulators(which: Any, *, project: Path, extra: Any, told: Any = None) -> AsyncIterator[Emulators]:
        async with Together(which, answers="scripted") as together:
            yield Emulators(together.env(), together.facts())

    monkeypatch.setattr(local_bridge, "emulators", emulators)
    write_project(tmp_path / "demo")
    way = Way(fast=True)
    ready = rehearse(short_capture, way)
    said: list[str] = []
    async with own_bridge(
        tmp_path / "demo", flags={}, limit_seconds=40, show=lambda _: None, say=said.append, stop=asyncio.Event()
    ) as call:
        result = await replay_live(ready, call, way)
    assert said == ["Starting the emulators ..."]
    assert result.call is not None
    assert [one["text"] for one in result.call["ear"]["said"]] == ["", ""]
    assert result.rates is not None
    assert result.rates["runs"] == 1


def test_the_ear_alone_makes_a_report_of_the_usual_shape() -> None:
    turn = {"start_ms": 1.0, "end_ms": 2.0, "heard_ms": 1.0, "latency_ms": 600.0, "interrupted": False}
    ear = {
        "call_id": "c",
        "correlation_id": "x",
        "outcome": "completed",
        "end_reason": "caller",
        "duration_ms": 9.0,
        "turns": [turn],
        "barge_ins": [{"at_ms": 5.0, "stop_ms": 80.0, "cut": True}],
        "frames": {"sent": 3, "received": 4},
        "answer_ms": 10.0,
        "first_audio_ms": 20.0,
        "latency_p50_ms": 600.0,
    }
    report = ear_report(ear)
    assert report["turns"] == [{"role": "agent", "text": "", **turn}]
    assert report["latency_ms"]["turn_p50"] == 600.0
    assert report["barge_ins"] == [{"at_ms": 5.0, "stop_ms": 80.0, "truncated_at_ms": None}]
