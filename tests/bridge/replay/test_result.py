"""The shape that programs are promised, and the exit code."""

from __future__ import annotations

import pytest

from voiceagent.replay.result import Result, Verdict, exit_code, summary

PROMISED = {"capture", "mode", "result", "speed_x", "commands", "first_difference", "call"}


def result(verdict: Verdict) -> Result:
    return Result(capture="c", mode="exact", verdict=verdict)


def test_the_promised_fields_are_there() -> None:
    told = summary([result("same"), result("different"), result("failed")])
    assert (told["same"], told["different"], told["failed"]) == (1, 1, 1)
    assert set(told["results"][0]) >= PROMISED


def test_live_results_tell_rates() -> None:
    live = Result(capture="c", mode="live", verdict="same", rates={"runs": 3})
    assert live.json()["rates"] == {"runs": 3}
    assert "rates" not in result("same").json()


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [(["same"], 0), (["same", "different"], 1), (["failed"], 2), (["same", "failed"], 1), (["failed", "failed"], 2), ([], 2)],
)
def test_the_worst_decides(verdicts: list[Verdict], code: int) -> None:
    assert exit_code([result(verdict) for verdict in verdicts]) == code
