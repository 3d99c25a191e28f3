"""docs/states.md is what the tables of the code say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from voiceagent.call.tables import Table


@pytest.fixture
def script(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("gen_states", root / "scripts" / "gen_states.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_fresh(script: ModuleType, root: Path) -> None:
    fresh = script.page()
    assert (root / "docs" / "states.md").read_text(encoding="utf-8") == fresh, "run scripts/gen_states.py"


def test_the_page_has_every_table_of_the_call(script: ModuleType, root: Path) -> None:
    written = {table.name for table in script.tables()}
    found = set()
    for path in sorted((root / "bridge" / "voiceagent" / "call").glob("*.py")):
        module = importlib.import_module(f"voiceagent.call.{path.stem}")
        found |= {value.name for value in vars(module).values() if isinstance(value, Table)}
    assert found == written
