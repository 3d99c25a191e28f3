"""Calls that were."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.errors import UserError
from voiceagent_cli.past import calls_of, policy_of, report_of


def test_the_latest_first(remembered: Path) -> None:
    assert [call["call_id"] for call in calls_of(remembered)] == ["aa2", "b", "aa1"]


@pytest.mark.parametrize(("asked", "found"), [("last", "aa2"), ("aa1", "aa1"), ("b", "b")])
def test_one_by_its_id_or_as_the_last(remembered: Path, asked: str, found: str) -> None:
    assert report_of(remembered, asked)["call_id"] == found


@pytest.mark.parametrize("asked", ["aa", "zz"])
def test_an_id_that_fits_none_or_several_is_refused(remembered: Path, asked: str) -> None:
    with pytest.raises(UserError):
        report_of(remembered, asked)


def test_the_last_of_none_is_told(project: Path) -> None:
    with pytest.raises(UserError, match="has no calls yet"):
        report_of(project, "last")
    assert calls_of(project) == []


def test_the_policy_is_the_projects(project: Path) -> None:
    assert policy_of(project) == "redacted"
