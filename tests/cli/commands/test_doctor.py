"""`voiceagent doctor`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _any_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "0")


def test_the_shape_that_programs_rely_on(voiceagent: Any, project: Path) -> None:
    outcome = voiceagent("doctor", project, "--json")
    told = json.loads(outcome.out)
    assert outcome.code == 0
    assert set(told) == {"checks", "ok", "warning", "failed", "skipped"}
    assert all(set(check) == {"number", "name", "status", "detail", "remedy", "next_command"} for check in told["checks"])
    assert sum(told[status] for status in ("ok", "warning", "failed", "skipped")) == len(told["checks"])


def test_for_people_it_numbers_the_checks_and_ends_with_the_next_command(voiceagent: Any, project: Path) -> None:
    outcome = voiceagent("doctor", project)
    assert outcome.out.startswith("[ 1/14] ok       python: 3.")
    assert outcome.err == "Next: voiceagent call\n"


def test_something_broken_is_exit_code_1(voiceagent: Any, project: Path) -> None:
    (project / "prompt.md").unlink()
    assert voiceagent("doctor", project).code == 1
