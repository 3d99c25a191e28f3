from __future__ import annotations

from typing import Any

import pytest

from voiceagent.call.life import LIFE
from voiceagent.call.replies import GATE
from voiceagent.call.silence import SILENCE
from voiceagent.call.speech import ITEM
from voiceagent.call.tables import Machine, Table, diagram, listing
from voiceagent.call.transfer import TRANSFER
from voiceagent.call.turns import FLOOR

DOOR: Table[str, str, str] = Table(
    name="A door",
    about="For this test.",
    start="closed",
    rules={
        ("closed", "pushed"): ("open", "creak"),
        ("open", "pulled"): ("closed", None),
        ("open", "burned"): ("gone", None),
    },
)

ALL: list[Table[Any, Any, Any]] = [LIFE, FLOOR, GATE, ITEM, TRANSFER, SILENCE]


def test_a_rule_leads_to_its_state_and_has_its_action() -> None:
    door = Machine(DOOR)
    assert (door.signal("pushed"), door.state) == ("creak", "open")
    assert (door.signal("pulled"), door.state) == (None, "closed")


def test_a_signal_without_a_rule_changes_nothing() -> None:
    door = Machine(DOOR)
    assert not door.allows("pulled")
    assert (door.signal("pulled"), door.state) == (None, "closed")


def test_the_diagram_shows_every_rule_and_where_it_ends() -> None:
    assert diagram(DOOR).splitlines() == [
        "stateDiagram-v2",
        "    [*] --> closed",
        "    closed --> open: pushed / creak",
        "    open --> closed: pulled",
        "    open --> gone: burned",
        "    gone --> [*]",
    ]


def test_the_listing_has_a_row_for_every_rule() -> None:
    assert listing(DOOR).splitlines()[2:] == [
        "| closed | pushed | open | creak |",
        "| open | pulled | closed | – |",
        "| open | burned | gone | – |",
    ]


@pytest.mark.parametrize("table", ALL, ids=lambda table: table.name)
def test_every_state_of_every_table_can_be_reached(table: Table[Any, Any, Any]) -> None:
    reached, frontier = {table.start}, [table.start]
    while frontier:
        here = frontier.pop()
        further = {target for (state, _), (target, _) in table.rules.items() if state == here} - reached
        reached |= further
        frontier += further
    assert reached == set(table.states())
