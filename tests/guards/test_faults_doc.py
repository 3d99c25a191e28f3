"""docs/emulators/fault-list.md has every fault of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from voiceagent.emulators.faults.catalogue import FAULTS


def test_every_fault_and_every_parameter_is_on_the_page(script: Callable[[str], ModuleType]) -> None:
    rows = {row.split("`")[1]: row for row in script("gen_faults").page().splitlines() if row.startswith("| `")}
    assert list(rows) == [fault.name for fault in FAULTS]
    for fault in FAULTS:
        assert all(f"`{parameter.name}=" in rows[fault.name] for parameter in fault.parameters)
