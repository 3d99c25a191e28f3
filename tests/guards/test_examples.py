"""Every example is an agent project that loads, and its scenarios are ones that can be played."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.agent.project import load_project
from voiceagent.config.load import load_settings
from voiceagent.scenarios.load import cases

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/voiceagent.toml"))


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_an_example_loads_without_a_complaint(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    project = load_project(folder, load_settings(folder, environ={}).settings)
    project.session_settings()
    assert caplog.messages == []


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_the_scenarios_of_an_example_can_be_played(folder: Path) -> None:
    assert cases([folder])


def test_there_are_examples_at_all() -> None:
    assert {"bank", "orders"} <= {folder.name for folder in EXAMPLES}
