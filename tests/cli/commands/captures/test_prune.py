"""`voiceagent captures prune`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


def left(project: Path) -> int:
    return len([*(project / "captures").iterdir()])


def test_all_but_the_latest_go_with_their_reports(captured: Path, voiceagent: Any) -> None:
    outcome = voiceagent("captures", "prune", captured, "--keep", "1", "--dry-run")
    assert "captures/e540e23692f275c7.report.json" in outcome.out.splitlines()
    assert "3 files (127." in outcome.err
    assert "would be deleted, 1 captures stay." in outcome.err
    assert left(captured) == 4
    outcome = voiceagent("captures", "prune", captured, "--keep", "1", "--json")
    told = json.loads(outcome.out)
    assert (len(told["deleted"]), told["kept"], told["dry_run"]) == (3, 1, False)
    assert left(captured) == 1


def test_by_age_all_that_are_younger_stay(captured: Path, voiceagent: Any) -> None:
    assert json.loads(voiceagent("captures", "prune", captured, "--older-than", "999w", "--json").out)["deleted"] == []


@pytest.mark.parametrize(
    ("words", "why"),
    [([], "nothing says what is to go"), (["--older-than", "soon"], "'soon' is no age"), (["--keep", "-1"], "-1")],
)
def test_what_is_not_clear_deletes_nothing(captured: Path, voiceagent: Any, words: list[str], why: str) -> None:
    outcome = voiceagent("captures", "prune", captured, *words)
    assert outcome.code == 2
    assert why in outcome.err
    assert left(captured) == 4
