"""Where running emulators are found."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer import BadParameter

from voiceagent.errors import UserError
from voiceagent.local.running import Running, noted
from voiceagent_cli.triggering import address, pairs


def test_as_told_or_those_of_the_bridge_that_serves_the_project(project: Path) -> None:
    assert address(project, "http://there") == "http://there"
    with pytest.raises(UserError, match="No emulators are running"):
        address(project, "")
    running = Running(os.getpid(), 1, "http://127.0.0.1:2", "http://127.0.0.1:3", "t")
    with noted(project, running):
        assert address(project, "") == "http://127.0.0.1:3"


def test_parameters_are_names_and_values() -> None:
    assert pairs(["ms=5", "message=a=b"]) == {"ms": "5", "message": "a=b"}
    with pytest.raises(BadParameter):
        pairs(["ms"])
