"""The event subscriptions, as Event Grid is told."""

from __future__ import annotations

from typing import Any

from voiceagent.cloud.names import names_of
from voiceagent.cloud.subscriptions import base_of, endpoint_of, incoming, subscriptions, target_of
from voiceagent.config.load import load_settings


def made(**flags: Any) -> list[Any]:
    settings = load_settings(None, environ={}, flags={"cloud.subscription_id": "s", **flags}).settings
    return list(subscriptions(settings, names_of(settings.cloud), url="https://a.example", secret="s3cret"))


def test_calls_of_the_number_and_recordings_twice_tried_within_a_minute() -> None:
    calls, recordings = (one.body["properties"] for one in made())
    assert calls["filter"] == {
        "includedEventTypes": ["Microsoft.Communication.IncomingCall"],
        "advancedFilters": [{"operatorType": "StringIn", "key": "data.to.phoneNumber.value", "values": ["{number.number}"]}],
    }
    assert recordings["filter"] == {"includedEventTypes": ["Microsoft.Communication.RecordingFileStatusUpdated"]}
    for one in (calls, recordings):
        assert one["retryPolicy"] == {"maxDeliveryAttempts": 2, "eventTimeToLiveInMinutes": 1}
        assert one["deadLetterDestination"]["properties"]["blobContainerName"] == "undelivered"
        webhook = one["destination"]["properties"]
        assert webhook["endpointUrl"] == "https://a.example/events?code=s3cret"
        assert webhook["deliveryAttributeMappings"][0]["properties"] == {"value": "s3cret", "isSecret": True}
        assert webhook["minimumTlsVersionAllowed"] == "1.2"


def test_the_label_tells_whether_the_secret_is_still_ours_and_nothing_of_it() -> None:
    (calls, _) = made()
    assert calls.must["properties"]["labels"][0] == "voiceagent"
    assert "s3cret" not in str(calls.body["properties"]["labels"])
    assert "deliveryAttributeMappings" not in str(calls.must)


def test_entra_dead_letters_place_and_parts_are_as_set() -> None:
    found = made(
        **{
            "cloud.event_grid.entra_tenant_id": "t",
            "cloud.event_grid.entra_app_id": "a",
            "cloud.event_grid.dead_letters": False,
            "cloud.event_grid.at": "resource",
            "cloud.make": ["events"],  # and a number of one's own
            "acs.phone_number": "+14255550199",
        }
    )
    (calls,) = found
    webhook = calls.body["properties"]["destination"]["properties"]
    assert (webhook["azureActiveDirectoryTenantId"], webhook["azureActiveDirectoryApplicationIdOrUri"]) == ("t", "a")
    assert "deadLetterDestination" not in calls.body["properties"]
    assert calls.at == {"scope": "{acs.id}", "name": "voiceagent-incoming-call"}
    assert calls.body["properties"]["filter"]["advancedFilters"][0]["values"] == ["+14255550199"]


def test_where_no_number_is_ours_all_calls_are_announced() -> None:
    """Those of a Teams resource account."""
    (calls,) = made(**{"cloud.make": ["events"]})
    assert "advancedFilters" not in calls.body["properties"]["filter"]


def test_without_an_address_there_is_none_and_without_a_number_all_calls() -> None:
    settings = load_settings(None, environ={}).settings
    names = names_of(settings.cloud)
    assert list(subscriptions(settings, names, url="", secret="s")) == []
    every = incoming(settings, names, url="http://127.0.0.1:1", secret="", number="")
    assert "advancedFilters" not in every.body["properties"]["filter"]
    assert every.body["properties"]["destination"]["properties"]["endpointUrl"] == "http://127.0.0.1:1/events"


def test_an_endpoint_and_back() -> None:
    assert base_of(endpoint_of("https://a.example/", "s")) == "https://a.example"
    shown = {"properties": {"destination": {"properties": {"endpointBaseUrl": "https://a.example/events"}}}}
    assert target_of(shown) == "https://a.example/events"
    assert target_of({}) == ""
