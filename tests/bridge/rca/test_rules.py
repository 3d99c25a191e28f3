"""Recorded failing calls: the planted cause is named for each, with its evidence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voiceagent.capture.read import CaptureReader
from voiceagent.rca.rules import GROUPS, UNKNOWN, Verdict, explain, rules
from voiceagent.rca.story import Story, story_of

RECORDED = Path(__file__).resolve().parents[2] / "data" / "rca"
ROW = re.compile(r"^\| `([\w-]+)\.jsonl\.gz` \| `(\w+)` \|", re.MULTILINE)


def planted() -> dict[str, str]:
    """The capture and its cause, as the page beside them tells."""
    return dict(ROW.findall((RECORDED / "README.md").read_text(encoding="utf-8")))


def verdict_on(name: str) -> Verdict:
    reader = CaptureReader(RECORDED / f"{name}.jsonl.gz")
    return explain(story_of(reader.header, reader))


def test_there_are_at_least_fifteen_and_all_are_told_of() -> None:
    assert len(planted()) >= 15
    assert {path.name.split(".")[0] for path in RECORDED.glob("*.jsonl.gz")} == set(planted())


@pytest.mark.parametrize("name", planted())
def test_the_planted_cause_is_named(name: str) -> None:
    verdict = verdict_on(name)
    assert verdict.cause.code == planted()[name]
    assert verdict.cause.evidence
    assert verdict.cause.remedy


@pytest.mark.parametrize("name", planted())
def test_one_correlation_id_and_every_phase(name: str) -> None:
    verdict = verdict_on(name)
    assert verdict.correlation_id
    times = {phase.name: phase.at_ms for phase in verdict.phases}
    assert times["received"] is not None
    assert times["validated"] is not None
    assert times["received"] <= times["validated"] <= 0.0
    assert times["ended"] is not None


def test_the_first_phase_that_was_not_reached_is_marked() -> None:
    def reached(name: str) -> str:
        return next((phase.name for phase in verdict_on(name).phases if phase.status == "failed"), "")

    assert reached("refused-by-rule") == "admitted"
    assert reached("answer-wrong-key") == "answered"
    assert reached("media-never") == "media_connected"
    assert reached("engine-mute") == "bridging"
    assert reached("transfer-busy") == ""


def test_the_shape_that_programs_rely_on() -> None:
    told = verdict_on("engine-key").json()
    assert set(told) == {"call_id", "correlation_id", "phases", "cause", "others"}
    assert set(told["cause"]) == {"code", "sentence", "evidence", "remedy"}
    assert all(set(phase) == {"name", "at_ms", "status"} for phase in told["phases"])
    assert all(set(fact) == {"at_ms", "what", "text"} for fact in told["cause"]["evidence"])


def test_no_number_and_no_secret_is_told() -> None:
    for name in planted():
        text = str(verdict_on(name).json())
        assert not re.search(r"\+\d{7}", text)
        assert "accesskey" not in text


def test_a_call_without_records_is_not_guessed_at() -> None:
    assert explain(Story(complete=True)).cause is UNKNOWN


def test_every_rule_has_a_code_of_its_own() -> None:
    codes = [rule.code for rule in rules()]
    assert len(codes) == len(set(codes)) == sum(len(group) for group in GROUPS)
