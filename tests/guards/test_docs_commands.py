"""Every `$ voiceagent ...` line in a console block of the documents is a line that works.

All of them are parsed by the real command line. Files are then run from top to bottom in a folder of their own: those that
place calls with the tests marked `call`, the others with the fast ones.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNTIL_INTERRUPTED = ("serve", "emulate", "trigger")
"""Parsed, but not run: they end with Ctrl-C, or need one that does. Their own tests run them."""

UNTIL_INTERRUPTED_THERE = {"docs/tunnel.md": {"voiceagent tunnel --tunnel ssh:me@ssh.example"}}
"""The same for single lines by document, of commands that also end by themselves."""

NEEDS_AZURE: dict[str, set[str]] = {}
"""Lines by document that are parsed but not run because they need a subscription."""

RUN_ELSEWHERE = {"docs/deploy.md", "docs/provision.md"}
"""Pages that need more than a folder; tests beside their commands run every line of them (tests/cli/commands/...)."""

FAILS_ON_PURPOSE: dict[str, dict[str, int]] = {}
"""Lines by document that show a failure, with the exit code they must have."""


def documents() -> list[Path]:
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").rglob("*.md"))]
    return [path for path in found if path.exists() and command_lines(path)]


def command_lines(path: Path) -> list[str]:
    """What follows the prompts in the console blocks, continued lines joined."""
    blocks = re.findall(r"^```console\n(.*?)^```", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    joined = "\n".join(blocks).replace("\\\n", " ")
    return [line.removeprefix("$ ").strip() for line in joined.splitlines() if line.startswith("$ ")]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def parse(line: str) -> None:
    from voiceagent_cli.group import listed, load

    words = shlex.split(line, comments=True)
    assert words[0] == "voiceagent", f"only voiceagent is typed in console blocks, not: {line}"
    if words[1:] in (["--help"], ["--version"]):
        return
    for command in listed():
        own = command.words.split()
        if words[1 : 1 + len(own)] == own:
            load(command.words).make_context(command.words, words[1 + len(own) :])
            return
    raise AssertionError(f"no such command: {line}")


@pytest.mark.parametrize("path", documents(), ids=name)
def test_every_line_parses(path: Path) -> None:
    for line in command_lines(path):
        parse(line)


def calls(path: Path) -> bool:
    return any(
        line.startswith(("voiceagent call ", "voiceagent dial ", "voiceagent talk ", "voiceagent test "))
        for line in command_lines(path)
    )


def run_all(path: Path, folder: Path) -> None:
    path_of_ours = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = os.environ | {"PATH": path_of_ours, "VOICEAGENT_BRIDGE_PORT": "0"}  # somebody may be at the usual port
    for line in command_lines(path):
        unending = line.split()[1] in UNTIL_INTERRUPTED or line in UNTIL_INTERRUPTED_THERE.get(name(path), ())
        if unending or line in NEEDS_AZURE.get(name(path), ()):
            continue
        done: Any = subprocess.run(
            shlex.split(line, comments=True), cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=150
        )
        expected = FAILS_ON_PURPOSE.get(name(path), {}).get(line, 0)
        # A live replay compares two hearings of the same words; that they differ is an answer, not a fault of the page.
        differs = " --live" in line and done.returncode == 1 and done.stdout.startswith("! different")
        assert differs or done.returncode == expected, f"$ {line}\n{done.stdout}{done.stderr}"


def runs(path: Path) -> Any:
    """A page that places calls takes their time."""
    marks = [pytest.mark.call, pytest.mark.timeout(400)] if calls(path) else []
    return pytest.param(path, marks=marks, id=name(path))


@pytest.mark.parametrize("path", [runs(path) for path in documents() if name(path) not in RUN_ELSEWHERE])
def test_every_line_runs(path: Path, tmp_path: Path) -> None:
    run_all(path, tmp_path)
