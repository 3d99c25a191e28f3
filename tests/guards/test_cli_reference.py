"""docs/cli.md is what the command line says now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from voiceagent_cli.exits import MEANINGS
from voiceagent_cli.group import GROUPS, listed


def test_the_reference_is_fresh(root: Path) -> None:
    code = "import sys; sys.path.insert(0, 'scripts'); import gen_cli; sys.stdout.write(gen_cli.text())"
    fresh = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    assert (root / "docs" / "cli.md").read_text(encoding="utf-8") == fresh, "run scripts/gen_cli.py"


def test_every_command_file_is_in_the_overview(root: Path) -> None:
    commands = root / "cli" / "voiceagent_cli" / "commands"
    files = {
        " ".join(path.relative_to(commands).with_suffix("").parts).replace("_", "-")
        for path in commands.rglob("*.py")
        if path.name != "__init__.py"
    }
    assert files == {command.words for command in listed()}
    folders = {" ".join(path.parent.relative_to(commands).parts) for path in commands.rglob("*/__init__.py")}
    assert folders - {""} == set(GROUPS)


def test_the_exit_codes_are_documented(root: Path) -> None:
    page = (root / "docs" / "exit-codes.md").read_text(encoding="utf-8")
    for code, meaning in MEANINGS.items():
        assert f"| {code} | {meaning} |" in page
