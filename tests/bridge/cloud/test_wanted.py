"""What settings want to stand in Azure."""

from __future__ import annotations

from typing import Any

from voiceagent.cloud.resource import Resource
from voiceagent.cloud.wanted import Surroundings, needs_engine, needs_storage, not_yet, wanted
from voiceagent.config.load import load_settings
from voiceagent.config.schema import Settings

RUNNER = ("11111111-1111-4111-8111-111111111111", "User")


def settings(**flags: Any) -> Settings:
    environ = {"ACS_CONNECTION_STRING": flags.pop("acs", "")}
    return load_settings(None, environ=environ, flags={"cloud.subscription_id": "s", **flags}).settings


def want(around: Surroundings | None = None, **flags: Any) -> list[Resource]:
    return wanted(settings(**flags), around or Surroundings(runner=RUNNER, event_secret="s3cret"))


def kinds(found: list[Resource]) -> list[str]:
    return [one.kind for one in found]


def test_everything_in_an_order_in_which_each_finds_what_it_needs() -> None:
    found = kinds(want(Surroundings(runner=RUNNER, public_url="https://a.example")))
    for first, then in (
        ("provider", "resource_group"),
        ("resource_group", "acs"),
        ("acs", "search"),
        ("voice_live", "role"),
        ("storage_account", "container"),
        ("search", "number"),
        ("number", "settings"),
        ("topic", "event_subscription"),
        ("settings", "event_subscription"),
    ):
        assert found.index(first) < found.index(then)


def test_parts_that_are_not_wanted_bring_nothing_with_them() -> None:
    assert kinds(want(**{"cloud.make": ["voice_live"]})) == [
        "provider", "provider", "resource_group", "acs", "voice_live", "role", "settings"
    ]  # fmt: skip
    only_number = want(**{"cloud.make": ["number"]})
    assert kinds(only_number) == ["provider", "resource_group", "acs", "search", "number", "settings"]
    assert only_number[2].must == {}, "an identity is for speech and recordings"
    assert not needs_storage(settings(**{"cloud.make": ["events"], "cloud.event_grid.dead_letters": False}).cloud)


def test_an_engine_that_is_set_is_not_made_again() -> None:
    assert needs_engine(settings())
    assert not needs_engine(settings(**{"engine.endpoint": "https://mine.services.ai.azure.com"}))
    assert not needs_engine(settings(**{"engine.kind": "embedded"}))


def test_a_resource_that_is_set_is_used_and_never_made() -> None:
    given = "/subscriptions/s/resourceGroups/theirs/providers/Microsoft.Communication/communicationServices/mine"
    acs = next(one for one in want(Surroundings(acs_id=given)) if one.kind == "acs")
    assert (acs.name, acs.at["group"], acs.is_given, acs.gives["acs.id"]) == ("mine", "theirs", True, given)


def test_a_number_that_is_set_is_never_searched_for() -> None:
    found = want(**{"acs.phone_number": "+14255550199"})
    assert "search" not in kinds(found)
    (number,) = [one for one in found if one.kind == "number"]
    assert (number.is_given, number.at["exactly"], number.cost) == (True, "+14255550199", None)


def test_whoever_runs_it_gets_the_role_and_an_agent_one_more() -> None:
    roles = [one.at["role"] for one in want(**{"engine.agent.name": "a", "engine.agent.project": "p"}) if one.kind == "role"]
    assert roles == [
        "Cognitive Services User",
        "Azure AI User",
        "Cognitive Services User",
        "Storage Blob Data Contributor",
    ]
    nobody = [one.at["principal"] for one in want(Surroundings()) if one.kind == "role"]
    assert set(nobody) == {"{acs.principal_id}"}


def test_the_search_is_for_an_application_with_what_is_wished() -> None:
    wish = {"cloud.number.type": "tollFree", "cloud.number.calling": "inbound", "cloud.number.area_code": "833"}
    (search,) = [one for one in want(**wish) if one.kind == "search"]
    assert search.body == {
        "phoneNumberType": "tollFree",
        "assignmentType": "application",
        "capabilities": {"calling": "inbound", "sms": "none"},
        "areaCode": "833",
        "quantity": 1,
    }


def test_the_bridge_is_told_what_it_lacks_and_nothing_else() -> None:
    (told,) = [one for one in want() if one.kind == "settings"]
    assert set(told.body) == {
        "ACS_CONNECTION_STRING",
        "ACS_AUDIENCE",
        "ACS_SOURCE_PHONE_NUMBER",
        "VOICEAGENT_EVENT_SECRET",
        "AZURE_VOICELIVE_ENDPOINT",
        "AZURE_STORAGE_CONTAINER_URL",
        "AZURE_SUBSCRIPTION_ID",
        "AZURE_RESOURCE_GROUP",
    }
    assert str(told.body["AZURE_STORAGE_CONTAINER_URL"]).endswith(".blob.core.windows.net/recordings")
    (less,) = [one for one in want(**{"cloud.make": [], "cloud.resource_group": "g"}) if one.kind == "settings"]
    assert set(less.body) == {"ACS_CONNECTION_STRING", "ACS_AUDIENCE", "VOICEAGENT_EVENT_SECRET", "AZURE_SUBSCRIPTION_ID"}


def test_a_line_that_env_has_already_is_not_written_again() -> None:
    mine = settings().cloud.subscription_id
    for has, written in ({"AZURE_SUBSCRIPTION_ID": mine.upper()}, False), ({"AZURE_SUBSCRIPTION_ID": "another"}, True):
        (env,) = [one for one in want(Surroundings(event_secret="s3cret", in_env=has)) if one.kind == "settings"]
        assert ("AZURE_SUBSCRIPTION_ID" in env.body) is written


def test_what_cannot_be_planned_yet_is_told() -> None:
    assert "no public address" in not_yet(settings(), Surroundings())[0]
    assert not_yet(settings(), Surroundings(public_url="https://a.example")) == []
    assert not_yet(settings(**{"cloud.make": ["number"]}), Surroundings()) == []


def test_who_signs_in_with_entra_is_given_no_key() -> None:
    (env,) = [one for one in want(**{"acs.endpoint": "https://shop.communication.azure.com"}) if one.kind == "settings"]
    assert "ACS_CONNECTION_STRING" not in env.body
