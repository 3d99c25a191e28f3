"""A project to serve."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.agent.init import write_project


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A fresh agent project."""
    write_project(tmp_path / "demo")
    return tmp_path / "demo"
