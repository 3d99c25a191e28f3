"""Every source file has its test file, at the mirrored place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

WITHOUT = {
    "voiceagent.ports",  # types only
    "voiceagent.call.commands",  # types only; used by every test of call/
    "voiceagent.call.events",  # types only
    "voiceagent.call.notes",  # types only; part of the commands
    "voiceagent.call.roots",  # types only
    "voiceagent_cli.__main__",  # two lines; run by every child process
}


def test_every_module_has_a_test_file(modules: Mapping[str, Any], root: Path) -> None:
    missing = []
    for module in modules.values():
        if module.path.name == "__init__.py" or module.name in WITHOUT:
            continue
        side, words = (
            ("bridge", module.name.split(".")[1:])
            if module.name.startswith("voiceagent.")
            else ("cli", module.name.split(".")[1:])
        )
        expected = root.joinpath("tests", side, *words[:-1], f"test_{words[-1]}.py")
        if not expected.exists():
            missing.append(f"{module.where} wants {expected.relative_to(root)}")
    assert not missing, "\n" + "\n".join(missing)


def test_no_test_file_has_outlived_its_module(modules: Mapping[str, Any], root: Path) -> None:
    orphans = []
    for side, package in (("bridge", "voiceagent"), ("cli", "voiceagent_cli")):
        for path in sorted((root / "tests" / side).rglob("test_*.py")):
            words = path.relative_to(root / "tests" / side).with_suffix("").parts
            name = ".".join([package, *words[:-1], words[-1].removeprefix("test_")])
            if name not in modules:
                orphans.append(f"{path.relative_to(root)} tests no {name}")
    assert not orphans, "\n" + "\n".join(orphans)
