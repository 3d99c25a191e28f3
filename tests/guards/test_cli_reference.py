"""docs/cli.md has every command, and exit codes have a page."""

from __future__ import annotations

from pathlib import Path

from voiceagent_cli.exits import MEANINGS
from voiceagent_cli.group import GROUPS, listed


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
