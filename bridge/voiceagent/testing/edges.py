"""Which rules of the state tables a stretch of calls follows: for tests that want every one of them followed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from voiceagent.call.barge_in import BARGE_IN
from voiceagent.call.life import LIFE
from voiceagent.call.replies import GATE
from voiceagent.call.silence import SILENCE
from voiceagent.call.speech import ITEM
from voiceagent.call.tables import Machine, Table
from voiceagent.call.tenure import TENURE
from voiceagent.call.transfer import TRANSFER
from voiceagent.call.turns import FLOOR

TABLES: dict[str, Table[Any, Any, Any]] = {
    "life": LIFE,
    "floor": FLOOR,
    "barge_in": BARGE_IN,
    "gate": GATE,
    "item": ITEM,
    "transfer": TRANSFER,
    "silence": SILENCE,
    "tenure": TENURE,
}
"""All tables of a call."""

Edge = tuple[str, str, str]
"""Table, state, signal."""


def edges_of(*names: str) -> set[Edge]:
    """Every rule of these tables; of all tables when none is named."""
    return {(name, state, signal) for name in names or TABLES for state, signal in TABLES[name].rules}


@contextmanager
def edges_taken() -> Iterator[set[Edge]]:
    """The rules that all calls follow while the block runs, in this process. Not for two blocks at once."""
    taken: set[Edge] = set()
    names = {id(table.rules): name for name, table in TABLES.items()}
    signal = Machine.signal

    def watched(machine: Machine[Any, Any, Any], given: Any) -> Any:
        if machine.allows(given) and (name := names.get(id(machine._rules))) is not None:
            taken.add((name, machine.state, given))
        return signal(machine, given)

    with patch.object(Machine, "signal", watched):
        yield taken
