"""The entry point."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from voiceagent import __version__
from voiceagent_cli import exits, main


@pytest.mark.parametrize("word", ["--version", "-V"])
def test_the_version_is_one_line_on_stdout(voiceagent: Any, word: str) -> None:
    assert vars_of(voiceagent(word)) == (0, f"voiceagent {__version__}\n", "")


def test_ctrl_c_before_there_is_a_command_is_silent(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    class Importing:
        """The first module that is imported for a command, while the key is pressed."""

        def find_spec(self, name: str, *_: object) -> None:
            if name == "voiceagent_cli.dispatch":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "voiceagent_cli.dispatch", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Importing(), *sys.meta_path])
    monkeypatch.setattr(sys, "argv", ["voiceagent", "doctor"])
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert (ended.value.code, *capfd.readouterr()) == (exits.INTERRUPTED, "", "")
    assert main.INTERRUPTED == exits.INTERRUPTED


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "voiceagent_cli", "--version"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"voiceagent {__version__}\n")


def vars_of(outcome: Any) -> tuple[int, str, str]:
    return outcome.code, outcome.out, outcome.err
