"""docs/emulators/fault-list.md is what the catalogue says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from voiceagent.emulators.faults.catalogue import FAULTS


@pytest.fixture
def script(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("gen_faults", root / "scripts" / "gen_faults.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_fresh(script: ModuleType, root: Path) -> None:
    fresh = script.page()
    assert (root / "docs" / "emulators" / "fault-list.md").read_text(encoding="utf-8") == fresh, "run scripts/gen_faults.py"


def test_every_fault_and_every_parameter_is_on_the_page(script: ModuleType) -> None:
    rows = {row.split("`")[1]: row for row in script.page().splitlines() if row.startswith("| `")}
    assert list(rows) == [fault.name for fault in FAULTS]
    for fault in FAULTS:
        assert all(f"`{parameter.name}=" in rows[fault.name] for parameter in fault.parameters)
