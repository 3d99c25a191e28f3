from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.discreet import PhoneNumber
from voiceagent.protocol.declared import WrongMember
from voiceagent.protocol.identifiers import Identifier, from_json, from_raw_id, phone

USER = "8:acs:816df1ca-971b-44d7-b8b1-8fba90748500_00000013-2ff6-dd51-54b7-a43a0d001998"


@pytest.mark.parametrize(
    ("raw_id", "kind", "model"),
    [
        ("4:+15551230001", "phoneNumber", {"value": "+15551230001"}),
        ("4:anonymous", "phoneNumber", {"value": "anonymous", "isAnonymous": True}),
        ("4:+15551230001_2", "phoneNumber", {"value": "+15551230001", "assertedId": "2"}),
        (USER, "communicationUser", {"id": USER}),
        ("8:gcch-acs:a_b", "communicationUser", {"id": "8:gcch-acs:a_b"}),
        ("8:acs:r_t_u", "teamsExtensionUser", {"resourceId": "r", "tenantId": "t", "userId": "u", "cloud": "public"}),
        ("8:orgid:u", "microsoftTeamsUser", {"userId": "u", "isAnonymous": False, "cloud": "public"}),
        ("8:dod:u", "microsoftTeamsUser", {"userId": "u", "isAnonymous": False, "cloud": "dod"}),
        ("8:teamsvisitor:u", "microsoftTeamsUser", {"userId": "u", "isAnonymous": True, "cloud": "public"}),
        ("28:orgid:a", "microsoftTeamsApp", {"appId": "a", "cloud": "public"}),
        ("28:gcch:a", "microsoftTeamsApp", {"appId": "a", "cloud": "gcch"}),
        ("48:something", "unknown", {}),
        ("4:", "unknown", {}),
        ("", "unknown", {}),
    ],
)
def test_a_raw_id_tells_who_it_is(raw_id: str, kind: str, model: dict[str, Any]) -> None:
    found = from_raw_id(raw_id)
    assert (found.raw_id.shown, found.kind, dict(found.model)) == (raw_id, kind, model)
    if raw_id:
        again = from_json(json.loads(json.dumps(found.to_json())))
        assert (again, dict(again.model)) == (found, model)


def test_a_model_without_kind_is_understood_by_its_members() -> None:
    assert from_json({"rawId": "4:+1555", "phoneNumber": {"value": "+1555"}}) == phone("+1555")
    assert from_json({"phoneNumber": {"value": "+1555"}}) == phone("+1555")
    assert from_json({"communicationUser": {"id": USER}}) == from_raw_id(USER)
    assert from_json({"microsoftTeamsUser": {"userId": "u", "isAnonymous": True}}).raw_id.shown == "8:teamsvisitor:u"
    assert from_json({"microsoftTeamsApp": {"appId": "a"}}).raw_id.shown == "28:orgid:a"


def test_a_kind_of_the_future_is_kept_by_its_raw_id() -> None:
    assert from_json({"kind": "hologram", "rawId": "99:x"}) == Identifier(PhoneNumber("99:x"), "unknown")


def test_requests_are_written_without_kind() -> None:
    assert phone("+1555").to_json(with_kind=False) == {"rawId": "4:+1555", "phoneNumber": {"value": "+1555"}}
    assert phone("+1555").to_json() == {"kind": "phoneNumber", "rawId": "4:+1555", "phoneNumber": {"value": "+1555"}}


def test_only_real_numbers_are_phone_numbers() -> None:
    assert phone(PhoneNumber("+15551230001")).phone_number == "+15551230001"
    assert from_raw_id("4:anonymous").phone_number is None
    assert from_raw_id(USER).phone_number is None


def test_a_number_does_not_show_itself() -> None:
    assert "5551230" not in repr(phone("+15551230001"))
    assert "5551230" not in f"{phone('+15551230001')}{phone('+15551230001').phone_number}"


@pytest.mark.parametrize(
    "model",
    [None, "4:+1", [], {}, {"rawId": 5}, {"phoneNumber": "4:+1"}, {"phoneNumber": {"value": 5}}, {"kind": "communicationUser"}],
)
def test_what_names_nobody_is_wrong(model: Any) -> None:
    with pytest.raises(WrongMember):
        from_json(model)
