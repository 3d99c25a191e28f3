"""The entry point."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from voiceagent import __version__


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_the_version_is_one_line_on_stdout(voiceagent: Any, word: str) -> None:
    assert vars_of(voiceagent(word)) == (0, f"voiceagent {__version__}\n", "")


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "voiceagent_cli", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"voiceagent {__version__}\n")


def vars_of(outcome: Any) -> tuple[int, str, str]:
    return outcome.code, outcome.out, outcome.err
