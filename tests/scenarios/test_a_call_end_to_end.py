"""Whole calls through real sockets: emulated network, bridge, emulated Voice Live with a script. Nothing is patched."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from a_stage import VOICE_LIVE_KEY, stage

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.voice_live.scripted import Turn

pytestmark = pytest.mark.call

ORDER_SCRIPT = [
    Turn(hear="where is my order", call=[("lookup_order", {"order_id": "4271"})]),
    Turn(expect="shipped", say="It has been shipped.", ms=1200),
]


@pytest.mark.parametrize("media_path", ["short", "stock"])
@pytest.mark.parametrize("audio_format", ["pcm24k", "pcm16k"])
async def test_the_caller_is_greeted_asks_and_is_answered_by_a_tool(tmp_path: Path, media_path: str, audio_format: str) -> None:
    settings = {"bridge": {"media_path": media_path, "audio_format": audio_format}}
    async with stage(tmp_path, ORDER_SCRIPT, settings=settings) as on:
        report = await on.call(steps=[{"say": "Where is my order?"}], hang_up_after=True)
    assert (report["outcome"], report["end_reason"]) == ("completed", "caller_left")
    assert [turn["text"] for turn in report["turns"] if turn["role"] == "agent"] == [
        "Hello, this is a test.",
        "It has been shipped.",
    ]
    assert "where is my order" in [turn["text"] for turn in report["turns"] if turn["role"] == "caller"]
    assert [(tool["name"], tool["outcome"]) for tool in report["tools"]] == [("lookup_order", "ok")]
    assert report["frames"]["dropped"] == 0


async def test_the_caller_interrupts_and_silence_comes_at_once(tmp_path: Path) -> None:
    script = [Turn(say="A very long story. " * 10, ms=8000), Turn(say="All right.", ms=600)]
    async with stage(tmp_path, script) as on:
        report = await on.call(
            steps=[{"say": "Tell me a story, please."}, {"interrupt": "Stop it now, please.", "after_ms": 1500}],
            hang_up_after=True,
        )
    assert len(report["barge_ins"]) == 1
    story = next(turn for turn in report["turns"] if turn["interrupted"])
    assert 0 < story["heard_ms"] < 4000


@pytest.mark.parametrize("human", ["answer", "busy", "declined"])
async def test_a_transfer_reaches_the_human_or_comes_back(tmp_path: Path, human: str) -> None:
    script = [
        Turn(hear="a human please", call=[("request_transfer", {"target": "sales", "reason": "asked"})]),
        Turn(say="Nobody is free.", ms=600),
    ]
    settings = {"transfer": {"targets": {"sales": {"phone_number": "+14255550123", "ring_seconds": 5}}}}
    network = NetworkOptions(connect_ms=20, farewell_ms=900, human_answers_ms=300, human_declines_ms=300, together_ms=300)
    async with stage(tmp_path, script, settings=settings, network=network) as on:
        report = await on.call(steps=[{"say": "A human, please."}], human=human, hang_up_after=True)
    expected = {"answer": "connected", "busy": "busy", "declined": "declined"}[human]
    assert report["transfer"]["outcome"] == expected
    assert report["outcome"] == ("transferred" if human == "answer" else "completed")


async def test_keys_are_heard(tmp_path: Path) -> None:
    script = [Turn(expect="4 2", say="Forty-two it is.", ms=600)]
    async with stage(tmp_path, script) as on:
        report = await on.call(steps=[{"dtmf": "42#"}], hang_up_after=True)
    assert "Forty-two it is." in [turn["text"] for turn in report["turns"]]


async def test_a_caller_too_many_gets_busy(tmp_path: Path) -> None:
    async with stage(tmp_path, [], settings={"limits": {"max_calls": 1}}) as on, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(on.call(steps=[{"silence": 1500}], hang_up_after=True))
        with on.observers.feed.subscribe(recent=True) as feed:
            async for item in feed:
                if item.get("note") == "CallBeganNoted":
                    break
        second = tasks.create_task(on.call(steps=[{"silence": 100}]))
    assert first.result()["outcome"] == "completed"
    assert (second.result()["outcome"], second.result()["end_reason"]) == ("rejected", "too_many_calls")


async def test_a_call_without_an_engine_fails_with_a_reason(tmp_path: Path) -> None:
    async with stage(tmp_path, [], settings={"engine": {"api_key": "a-wrong-key"}}) as on:
        report = await on.call(steps=[{"silence": 500}])
    assert (report["outcome"], report["end_reason"]) == ("failed", "engine_lost")


async def test_stopping_lets_the_call_end_and_takes_no_new_one(tmp_path: Path) -> None:
    async with stage(tmp_path, []) as on, asyncio.TaskGroup() as tasks:
        call = tasks.create_task(on.call(steps=[{"silence": 20_000}]))
        with on.observers.feed.subscribe(recent=True) as feed:
            async for item in feed:
                if item.get("note") == "AgentSpeechBegan":
                    break
        on.stop.set()
    report = call.result()
    assert (report["outcome"], report["end_reason"]) == ("completed", "shutdown")


async def test_the_capture_names_no_secret(tmp_path: Path) -> None:
    import gzip

    async with stage(tmp_path, ORDER_SCRIPT) as on:
        report = await on.call(steps=[{"say": "Where is my order?"}], hang_up_after=True)
    lines = gzip.decompress((tmp_path / report["capture"]).read_bytes()).decode().splitlines()
    edges = {json.loads(line).get("edge") for line in lines} - {None}
    assert edges == {"media", "engine", "webhook", "control"}
    assert VOICE_LIVE_KEY not in "".join(lines)
