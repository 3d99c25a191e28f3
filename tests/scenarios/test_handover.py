"""Handing callers over, in whole calls: every way, every outcome, what is said, and where everybody is left."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from a_stage import stage

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.voice_live.scripted import Turn

pytestmark = pytest.mark.call

SUMMARY = "Wants a price."
BRIEFING = f"For you. {SUMMARY}"
QUESTION = "Yes?"
SCRIPT = [
    Turn(
        hear="a human please",
        call=[("request_transfer", {"target": "sales", "reason": "a price", "summary": SUMMARY})],
        say="One moment.",
        ms=300,
    ),
    Turn(say="You are with me again.", ms=500),
]
NETWORK = NetworkOptions(
    connect_ms=20,
    farewell_ms=2500,
    answer_wait_ms=2500,
    human_answers_ms=300,
    human_busy_ms=200,
    human_declines_ms=300,
    human_gives_up_ms=600,
    together_ms=500,
    listening_ms=2500,
    human_leaves_ms=700,
)
FAILURES = {
    "busy": ("busy", "The callee is busy."),
    "declined": ("declined", "The callee declined the call."),
    "no_answer": ("no_answer", "The callee did not answer in time."),
    "unreachable": ("failed", "The callee does not exist."),
}


def target(mode: str, **more: Any) -> dict[str, Any]:
    sales = {"phone_number": "+14255550123", "ring_seconds": 15, "mode": mode, **more}
    words = {"briefing": "For you. {summary}", "question": QUESTION}
    return {"transfer": {"targets": {"sales": sales}, "stay_seconds": 1, "decide_seconds": 5, **words}}


async def calls(folder: Path, mode: str, *humans: str, **more: Any) -> dict[str, dict[str, Any]]:
    """One call for each human, all at once."""
    async with stage(folder, SCRIPT, settings=target(mode, **more), network=NETWORK) as on, asyncio.TaskGroup() as tasks:
        placed = {
            human: tasks.create_task(on.call(steps=[{"say": "A human, please."}], human=human, hang_up_after=True))
            for human in humans
        }
    return {human: task.result() for human, task in placed.items()}


def learnt(report: dict[str, Any]) -> str:
    """What the model was told about the transfer."""
    (tool,) = [one for one in report["tools"] if one["name"] == "request_transfer"]
    return str(tool["result"].get("message") or tool["result"].get("error"))


def said(report: dict[str, Any]) -> list[str]:
    return [turn["text"] for turn in report["turns"] if turn["role"] == "agent"]


@pytest.mark.parametrize("mode", ["cold", "join", "warm"])
async def test_every_outcome_ends_in_words_and_never_with_nobody(tmp_path: Path, mode: str) -> None:
    reports = await calls(tmp_path, mode, "answer", *FAILURES)
    for human, (outcome, message) in FAILURES.items():
        report = reports[human]
        assert (report["transfer"]["outcome"], report["transfer"]["mode"]) == (outcome, mode)
        assert (report["outcome"], learnt(report)) == ("completed", message)
        assert "You are with me again." in said(report)
    assert reports["unreachable"]["transfer"]["code"] == "8543"
    answered = reports["answer"]
    assert (answered["transfer"]["outcome"], answered["outcome"]) == ("connected", "transferred")
    assert (BRIEFING in said(answered)) is (mode == "warm")
    assert answered["phone"]["outcome"] == "transferred"


async def test_a_human_is_asked_in_private_and_may_refuse(tmp_path: Path) -> None:
    reports = await calls(tmp_path, "consult", "answer", "refuses", "leaves")
    assert (reports["answer"]["transfer"]["outcome"], reports["answer"]["outcome"]) == ("connected", "transferred")
    refused = reports["refuses"]
    assert (refused["transfer"]["outcome"], refused["outcome"]) == ("declined", "completed")
    assert said(refused)[-1] == "You are with me again."
    assert f"{BRIEFING} {QUESTION}" in said(refused)
    gone = reports["leaves"]["transfer"]
    assert (gone["outcome"], gone["code"]) == ("failed", "human_left")


async def test_a_human_who_hangs_up_at_once_gives_the_caller_back(tmp_path: Path) -> None:
    report = (await calls(tmp_path, "join", "leaves"))["leaves"]
    transfer = report["transfer"]
    assert (transfer["outcome"], transfer["code"], report["outcome"]) == ("failed", "human_left", "completed")
    assert "You are with me again." in said(report)


async def test_an_agent_that_listens_stays_silent_until_the_call_ends(tmp_path: Path) -> None:
    report = (await calls(tmp_path, "warm", "answer", agent="listens"))["answer"]
    assert (report["transfer"]["outcome"], report["outcome"]) == ("connected", "transferred")
    assert report["end_reason"] == "caller_left"
    assert said(report)[-1] == BRIEFING


async def test_a_caller_who_hangs_up_while_it_rings_cancels_the_transfer(tmp_path: Path) -> None:
    settings = target("warm")
    network = NetworkOptions(connect_ms=20, human_answers_ms=60_000)
    async with stage(tmp_path, SCRIPT, settings=settings, network=network) as on, asyncio.TaskGroup() as tasks:
        call = tasks.create_task(on.call(steps=[{"say": "A human, please."}], hang_up_after=False))
        with on.observers.feed.subscribe(recent=True) as feed:
            async for item in feed:
                if item.get("phase") == "transferring" or item.get("fields", {}).get("phase") == "transferring":
                    break
        (live,) = (await on.http.get(f"{on.acs.url}/emulator/calls")).json()["calls"]
        await on.http.delete(f"{on.acs.url}/emulator/calls/{live['call_id']}")
    assert call.result()["transfer"]["outcome"] == "cancelled"


async def test_what_the_human_says_decides(tmp_path: Path) -> None:
    script = [SCRIPT[0], Turn(hear="no not now", say="I see.", ms=300), SCRIPT[1]]
    async with stage(tmp_path, script, settings=target("consult"), network=NETWORK) as on:
        report = await on.call(steps=[{"say": "A human, please."}], human_says="No, not now.", hang_up_after=True)
    assert report["transfer"]["outcome"] == "declined"
