"""System topics, event subscriptions, operations."""

from __future__ import annotations

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.arm.options import ArmOptions
from voiceagent.emulators.arm.paths import Place, find
from voiceagent.emulators.arm.state import Registered, Resources
from voiceagent.emulators.event_grid.subscription import Subscription

GROUP = "/subscriptions/s/resourceGroups/g/providers"
ACS = f"{GROUP}/Microsoft.Communication/communicationServices/a"
TOPIC = f"{GROUP}/Microsoft.EventGrid/systemTopics/t"


def place(path: str) -> Place:
    found = find(path)
    assert found is not None
    return found


def resources() -> Resources:
    return Resources(ACS, Ids(1), ArmOptions(operation_seconds=2))


def wanted(scope: str = ACS) -> Registered:
    resource_id = f"{scope}/providers/Microsoft.EventGrid/eventSubscriptions/e"
    return Registered(resource_id, scope, "e", {}, Subscription("http://app/e"))


def test_an_operation_takes_its_time() -> None:
    all_of_them = resources()
    operation = all_of_them.begin(10)
    assert [operation.status(now) for now in (11, 12)] == ["InProgress", "Succeeded"]
    assert all_of_them.operation(operation.operation_id.lower(), 12) is operation
    with pytest.raises(Refusal):
        all_of_them.operation("none", 12)


def test_a_source_has_one_topic_and_its_subscriptions_go_with_it() -> None:
    all_of_them = resources()
    _, is_new = all_of_them.put_topic(place(TOPIC), {"properties": {"source": ACS.upper()}})
    assert is_new
    with pytest.raises(Refusal, match="a source has one"):
        all_of_them.put_topic(place(TOPIC + "2"), {"properties": {"source": ACS}})
    with pytest.raises(Refusal, match="was not found"):
        all_of_them.put_topic(place(TOPIC), {"properties": {"source": "/other"}})
    all_of_them.register(wanted(TOPIC))
    assert [one.name for one in all_of_them.drop_topic(place(TOPIC))] == ["e"]
    assert (all_of_them.subscriptions, all_of_them.drop_topic(place(TOPIC))) == ({}, [])


def test_a_failed_handshake_leaves_everything_as_it_was() -> None:
    all_of_them = resources()
    first, second = wanted(), wanted()
    for given, error in ((first, None), (second, {"code": "Url validation"})):
        before = all_of_them.register(given)
        operation = all_of_them.begin(0, open_end=True)
        assert operation.status(99) == "InProgress"
        all_of_them.settle(given, before, operation, error, 1)
    assert list(all_of_them.subscriptions.values()) == [first]
    assert operation.status(1) == "Failed"


def test_waiting_for_a_hand_ends_after_ten_minutes() -> None:
    all_of_them = resources()
    given, operation = wanted(), all_of_them.begin(0, open_end=True)
    all_of_them.register(given)
    all_of_them.await_hand(given, operation, 0)
    assert given.state == "AwaitingManualAction"
    assert all_of_them.operation(operation.operation_id, 599).status(599) == "InProgress"
    assert all_of_them.operation(operation.operation_id, 600).status(600) == "Failed"


def test_only_the_resource_and_its_topic_are_sources() -> None:
    all_of_them = resources()
    all_of_them.must_be_a_source(place(wanted().resource_id))
    for scope in (TOPIC, "/subscriptions/s"):
        with pytest.raises(Refusal):
            all_of_them.must_be_a_source(place(f"{scope}/providers/Microsoft.EventGrid/eventSubscriptions/e"))
