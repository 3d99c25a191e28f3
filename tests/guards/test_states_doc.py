"""docs/states.md has every machine of a call."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from voiceagent.call.tables import Table


def test_the_page_has_every_table_of_the_call(script: Callable[[str], ModuleType], root: Path) -> None:
    written = {table.name for table in script("gen_states").tables()}
    found = set()
    for path in sorted((root / "bridge" / "voiceagent" / "call").glob("*.py")):
        module = importlib.import_module(f"voiceagent.call.{path.stem}")
        found |= {value.name for value in vars(module).values() if isinstance(value, Table)}
    assert found == written
