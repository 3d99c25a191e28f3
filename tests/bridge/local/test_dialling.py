"""A call of ours, followed from beside the bridge to its report."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from voiceagent.call.commands import CallBeganNoted, CallEndedNoted
from voiceagent.discreet import PhoneNumber
from voiceagent.errors import RemoteError, UserError
from voiceagent.local.dialling import dial
from voiceagent.local.running import Running
from voiceagent.observe.feed import Feed
from voiceagent.observe.report import ReportSink
from voiceagent.workbench.serve import Workbench

WISH = {"to": "ann", "key": "k"}


@asynccontextmanager
async def bridge(answer: Callable[[ReportSink, Feed], tuple[int, Any]]) -> AsyncIterator[Running]:
    """A private listener whose bridge does as told."""
    reports, feed = ReportSink(), Feed()
    async with Workbench(reports=reports, feed=feed, dial=lambda _: answer(reports, feed)) as workbench:
        yield Running(1, 1, workbench.url, "", workbench.token)


def rung(reports: ReportSink, feed: Feed, *, ends: bool = True) -> tuple[int, Any]:
    nobody = PhoneNumber("+14255550123")
    began = CallBeganNoted("orders", "embedded", "corr", nobody, nobody, 0.0)
    for note in (began, *([CallEndedNoted("failed", "busy", 0, 0, 0)] if ends else [])):
        for sink in (reports, feed):
            sink.note("c1", 5.0, note)
    return 202, {"call_id": "c1", "correlation_id": "corr", "repeated": False}


async def called(running: Running, limit_seconds: float = 5) -> Any:
    shown: list[Any] = []
    return await dial(running, WISH, limit_seconds=limit_seconds, show=shown.append, stop=asyncio.Event())


async def test_a_call_is_followed_to_its_report() -> None:
    async with bridge(rung) as running:
        placed = await called(running)
    assert (placed.report["outcome"], placed.report["end_reason"], placed.cut, placed.repeated) == ("failed", "busy", "", False)


async def test_a_call_that_was_placed_before_is_only_looked_up() -> None:
    def again(reports: ReportSink, feed: Feed) -> tuple[int, Any]:
        rung(reports, feed)
        return 200, {"call_id": "c1", "correlation_id": "corr", "repeated": True}

    async with bridge(again) as running:
        placed = await called(running)
    assert (placed.repeated, placed.report["end_reason"]) == (True, "busy")


@pytest.mark.parametrize("status", [400, 429])
async def test_a_refusal_is_told_in_the_bridges_words(status: int) -> None:
    refusal = {"error": {"message": "no", "remedy": "do this"}}
    async with bridge(lambda *_: (status, refusal)) as running:
        with pytest.RaisesGroup(pytest.RaisesExc(UserError, match="no", check=lambda error: error.remedy == "do this")):
            await called(running)


async def test_a_call_that_goes_on_has_no_report_yet() -> None:
    async with bridge(lambda reports, feed: rung(reports, feed, ends=False)) as running:
        with pytest.raises(RemoteError, match="goes on, so there is no report yet"):
            await called(running, limit_seconds=0.05)
