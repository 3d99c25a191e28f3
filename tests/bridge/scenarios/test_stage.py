"""One scenario on stage, with the telephone network replaced: what a call, a failure and an interruption become."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.errors import RemoteError
from voiceagent.local.calling import Called
from voiceagent.local.running import Running
from voiceagent.scenarios import stage as under_test
from voiceagent.scenarios.results import Run
from voiceagent.scenarios.stage import INTERRUPTED, Stage

ON = Stage(Running(1, 2, "http://127.0.0.1:3", "http://127.0.0.1:4", "t"))
HI = "steps:\n  - say: Where?\n    expect:\n      - tool: lookup_order\n"


async def played(monkeypatch: pytest.MonkeyPatch, case: Any, outcome: Any, notes: Any = ()) -> Run:
    async def place(running: Running, plan: Any, *, show: Any, **_: Any) -> Called:
        for note in notes:
            show(note)
        if isinstance(outcome, Exception):
            raise outcome
        called: Called = outcome
        return called

    monkeypatch.setattr(under_test, "place", place)
    return await ON.play(case, stop=asyncio.Event())


async def test_a_call_is_judged(
    monkeypatch: pytest.MonkeyPatch, written: Callable[..., Any], report: Any, notes: Any, diary: Any
) -> None:
    run = await played(monkeypatch, written(HI), Called(report, "", tuple(diary)), notes)
    assert [(one.step, one.passed) for one in run.verdicts] == [("“Where?”", True), ("", True)]
    assert (run.outcome, run.report) == ("passed", report)


async def test_a_call_that_took_too_long_has_failed(
    monkeypatch: pytest.MonkeyPatch, written: Callable[..., Any], report: Any
) -> None:
    run = await played(monkeypatch, written("limit_seconds: 5\nsteps: [say: hi]"), Called(report, "longer than 5 s"))
    assert run.verdicts[-1].text == "the call ends within 5 s"
    assert (run.outcome, run.verdicts[-1].heard) == ("failed", "it was longer than 5 s; the caller hung up")


async def test_a_call_that_was_interrupted_is_not_judged(
    monkeypatch: pytest.MonkeyPatch, written: Callable[..., Any], report: Any
) -> None:
    run = await played(monkeypatch, written(HI), Called(report, "interrupted"))
    assert (run.verdicts, run.error) == ((), INTERRUPTED)


@pytest.mark.parametrize("grouped", [False, True])
async def test_what_a_service_refuses_is_the_runs_error(
    monkeypatch: pytest.MonkeyPatch, written: Callable[..., Any], grouped: bool
) -> None:
    error: Exception = RemoteError("The bridge did not answer the call.", service="x")
    run = await played(monkeypatch, written(HI), ExceptionGroup("of tasks", [error]) if grouped else error)
    assert (run.outcome, run.error) == ("error", "The bridge did not answer the call.")


async def test_a_bug_is_no_result(monkeypatch: pytest.MonkeyPatch, written: Callable[..., Any]) -> None:
    with pytest.raises(ExceptionGroup):
        await played(monkeypatch, written(HI), ExceptionGroup("of tasks", [ValueError("ours")]))
