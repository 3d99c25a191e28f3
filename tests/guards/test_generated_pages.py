"""Pages that scripts write from the code are what the code says, and one that is not is told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Script = Callable[[str], ModuleType]


@pytest.mark.parametrize("name", ["gen_causes", "gen_faults", "gen_settings", "gen_states"])
def test_the_pages_are_fresh(script: Script, name: str) -> None:
    for path, fresh in script(name).pages().items():
        assert path.read_text(encoding="utf-8") == fresh, f"run scripts/{name}.py"


def test_the_reference_of_the_commands_is_fresh(root: Path) -> None:
    """In a process of its own: commands that are run for their help leave much imported."""
    told = subprocess.run([sys.executable, "scripts/gen_cli.py", "--check"], cwd=root, capture_output=True, text=True)
    assert (told.returncode, told.stderr) == (0, "")


def test_every_script_that_writes_pages_is_looked_at_here(root: Path) -> None:
    found = {path.stem for path in (root / "scripts").glob("gen_*.py") if "from _generated import" in path.read_text("utf-8")}
    assert found == {"gen_causes", "gen_cli", "gen_faults", "gen_settings", "gen_states"}


def test_a_stale_page_is_told_and_written(
    script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "colours.md"
    monkeypatch.setattr(sys, "path", [*sys.path])

    def said(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["scripts/gen_colours.py", *arguments])
        return script("_generated").main(lambda: {page: "blue\n"}), capsys.readouterr().err

    assert said("--check") == (1, "colours.md is stale; run scripts/gen_colours.py\n")
    assert not page.exists()
    assert said() == (0, f"wrote {page}\n")
    assert (page.read_text(), said("--check"), said()) == ("blue\n", (0, ""), (0, ""))
