"""Names that are meant for a setting and are none: told by every command that holds a call."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from voiceagent_cli.misspelt import warn_of_names
from voiceagent_cli.terminal import Terminal

NAME = "VOICEAGENT_BRIDGE_PROT"


def test_a_name_that_resembles_a_setting_is_told_with_the_setting() -> None:
    err = io.StringIO()
    warn_of_names([NAME, "PATH"], Terminal(io.StringIO(), err))
    assert err.getvalue() == f"warning: {NAME} is no setting; did you mean VOICEAGENT_BRIDGE_PORT?\n"


@pytest.mark.parametrize(
    "words",
    [
        ("call", "--say", "Hello"),
        ("talk", "--text"),
        ("test",),
        ("dial", "support"),
        ("serve",),
        ("config", "show"),
    ],
)
def test_every_command_that_uses_settings_tells_it(
    voiceagent: Any, project: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv(NAME, "1")
    monkeypatch.chdir(project)
    (project / "tools.py").write_text("raise SystemError('no call is wanted here')")
    assert f"{NAME} is no setting" in voiceagent(*words).err
