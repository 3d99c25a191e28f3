from __future__ import annotations

from dataclasses import dataclass

import pytest

from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.realtime_event import (
    ClientEvent,
    Item,
    ServerEvent,
    UnknownClientEvent,
    UnknownServerEvent,
    by_type,
    read_event,
    write_event,
)


@dataclass(frozen=True, slots=True)
class Rang(ServerEvent):
    TYPE = "bell.rang"
    times: int
    item: Item | None = None


KNOWN = by_type([Rang, ServerEvent, ClientEvent, 5, "x"], ServerEvent)


def test_only_declared_types_are_collected() -> None:
    assert {"bell.rang": Rang} == KNOWN


def test_what_is_declared_is_read() -> None:
    event = read_event({"type": "bell.rang", "event_id": "e", "times": 2}, KNOWN, UnknownServerEvent)
    assert event == Rang(2, event_id="e")
    assert event.type == "bell.rang"
    assert write_event(event) == {"type": "bell.rang", "event_id": "e", "times": 2}


def test_what_is_not_declared_and_what_is_null_is_kept() -> None:
    source = {"type": "bell.rang", "times": 2, "item": None, "event_id": None, "new": [1]}
    event = read_event(source, KNOWN, UnknownServerEvent)
    assert event.extra == {"item": None, "event_id": None, "new": [1]}
    assert write_event(event) == source


def test_an_unknown_type_is_kept_whole() -> None:
    source = {"type": "bell.fell", "event_id": "e", "depth": {"m": 3}}
    event = read_event(source, KNOWN, UnknownServerEvent)
    assert isinstance(event, UnknownServerEvent)
    assert (event.type, event.kind, event.event_id, event.raw) == ("bell.fell", "bell.fell", "e", source)
    assert write_event(event) == source
    assert isinstance(read_event({"type": "x", "event_id": 5}, {}, UnknownClientEvent), UnknownClientEvent)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ({}, "a realtime event has a `type` that is null, expected text"),
        ({"type": ["bell.rang"]}, "a realtime event has a `type` that is a list, expected text"),
        ({"type": "bell.rang"}, "bell.rang lacks `times`"),
        ({"type": "bell.rang", "times": "2"}, "bell.rang: `times` is text, expected a whole number"),
        ({"type": "bell.rang", "times": 2, "event_id": 5}, "bell.rang: `event_id` is a number, expected text"),
        ({"type": "bell.rang", "times": 2, "item": []}, "bell.rang: `item` is a list, expected an object"),
        ({"type": "bell.rang", "times": 2, "item": {"id": 5}}, "bell.rang: `item.id` is a number, expected text"),
    ],
)
def test_a_broken_event_is_named_with_its_member(source: dict[str, object], sentence: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        read_event(source, KNOWN, UnknownServerEvent)
    assert str(caught.value) == sentence
