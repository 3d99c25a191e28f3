"""Calls that the agent places, whole: a person answers, a machine does, nobody does; and rings that are not answered."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from a_stage import Stage, stage

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.voice_live.scripted import Turn
from voiceagent.server.dialling import DialRequest

pytestmark = pytest.mark.call

NUMBER = "+14255550177"
NETWORK = NetworkOptions(connect_ms=20, farewell_ms=1200, answer_wait_ms=2500, human_answers_ms=300)
OUTBOUND = {"allowed": ["+1425"], "greeting": "This is the order desk calling."}


async def dialled(on: Stage, **callee: Any) -> dict[str, Any]:
    """Call somebody who behaves like that; the report, and the phone's view."""
    described = await on.http.put(f"{on.acs.url}/emulator/callees", json={"number": NUMBER, "hang_up_after": True, **callee})
    assert described.status_code == 200, described.text
    call = on.ready.dial(DialRequest(NUMBER, "a-key"))
    assert on.ready.dial(DialRequest(NUMBER, "a-key")).call_id == call.call_id
    with on.observers.feed.subscribe(recent=True) as feed:
        while (report := on.observers.reports.report(call.call_id)) is None:
            await asyncio.wait_for(anext(feed), 20)
    placed = (await on.http.get(f"{on.acs.url}/emulator/calls")).json()["calls"]
    assert len(placed) == 1  # one wish, one call
    return report


def said(report: dict[str, Any]) -> list[str]:
    return [turn["text"] for turn in report["turns"] if turn["role"] == "agent"]


async def test_a_person_who_answers_is_talked_to(tmp_path: Path) -> None:
    script = [
        Turn(hear="who is it", call=[("report_answered_by", {"who": "human"})]),
        Turn(say="Your order has arrived.", ms=500),
    ]
    async with stage(tmp_path, script, settings={"outbound": OUTBOUND}, network=NETWORK) as on:
        report = await dialled(on, steps=[{"say": "Who is it?"}])
    assert (report["outcome"], report["answered_by"]) == ("completed", "human")
    assert said(report) == ["This is the order desk calling.", "Your order has arrived."]


async def test_a_machine_that_answers_is_left_a_message(tmp_path: Path) -> None:
    script = [Turn(hear="leave a message", call=[("report_answered_by", {"who": "voicemail"})])]
    settings = {"outbound": {**OUTBOUND, "voicemail": "leave_message", "message": "Please call us back."}}
    async with stage(tmp_path, script, settings=settings, network=NETWORK) as on:
        report = await dialled(on, steps=[{"say": "Please leave a message."}, {"silence": 8000}])
    assert (report["outcome"], report["end_reason"], report["answered_by"]) == ("completed", "voicemail", "voicemail")
    assert said(report)[-1] == "Please call us back."


@pytest.mark.parametrize(
    ("human", "reason"),
    [("busy", "busy"), ("declined", "declined"), ("unreachable", "unreachable"), ("no_answer", "no_answer")],
)
async def test_nobody_reached_has_a_reason(tmp_path: Path, human: str, reason: str) -> None:
    settings = {"outbound": {**OUTBOUND, "ring_seconds": 5}}
    async with stage(tmp_path, [], settings=settings, network=NETWORK) as on:
        report = await dialled(on, human=human, **({"ring_ms": 800} if human == "no_answer" else {}))
    assert (report["outcome"], report["end_reason"], report["turns"]) == ("failed", reason, [])


async def test_a_caller_whom_a_rule_sends_elsewhere_is_never_answered(tmp_path: Path) -> None:
    settings = {
        "transfer": {"targets": {"night": {"phone_number": "+14255550123"}}},
        "answer": {"rules": [{"caller": ["+1425*"], "do": "redirect", "to": "night"}]},
    }
    async with stage(tmp_path, [], settings=settings, network=NETWORK) as on:
        report = await on.call(steps=[{"silence": 500}])
    assert (report["outcome"], report["end_reason"]) == ("rejected", "redirected")
    assert report["phone"]["outcome"] == "redirected"
