"""Resources as they are shown."""

from __future__ import annotations

from voiceagent.emulators.arm import answers
from voiceagent.emulators.arm.state import Operation, Topic


def test_secret_headers_are_shown_without_their_value() -> None:
    secret = {"name": "a", "type": "Static", "properties": {"value": "s", "isSecret": True}}
    plain = {"name": "b", "type": "Static", "properties": {"value": "p", "isSecret": False}}
    shown = answers.attributes({"properties": {"deliveryAttributeMappings": [secret, plain]}})
    assert [one["properties"]["value"] for one in shown] == ["Hidden", "p"]


def test_a_failed_operation_tells_why() -> None:
    failed = Operation("O", 0, {"code": "c", "message": "m"})
    assert answers.operation(failed, "/o", 1) == {
        "id": "/o",
        "name": "O",
        "status": "Failed",
        "error": {"code": "c", "message": "m"},
    }


def test_a_topic_keeps_its_identity() -> None:
    shown = answers.topic(Topic("/t", "t", "/acs", {"identity": {"type": "SystemAssigned"}}))
    assert (shown["identity"], shown["location"], shown["tags"]) == ({"type": "SystemAssigned"}, "global", {})
