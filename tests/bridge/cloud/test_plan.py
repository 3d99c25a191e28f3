"""The difference between wanted and found, as steps."""

from __future__ import annotations

from voiceagent.cloud.plan import Plan, Step, difference, removal
from voiceagent.cloud.resource import Cost, Resource
from voiceagent.cloud.wire import Request

TAGGED = {"tags": {"voiceagent": "mine"}}
ACS = Resource("acs", "a", body=TAGGED, must={"identity": {"type": "SystemAssigned"}})
SEARCH = Resource("search", "US")
NUMBER = Resource("number", "US", cost=Cost(1.0))


def actions(steps: list[Step]) -> list[tuple[str, str]]:
    return [(step.action, step.resource.kind) for step in steps]


def test_what_is_missing_is_made_what_differs_is_changed_the_rest_is_kept() -> None:
    provider = Resource("provider", "p", must={"registrationState": "Registered"})
    wanted = [provider, ACS, SEARCH, NUMBER]
    assert actions(difference(wanted, {})) == [(("create"), one.kind) for one in wanted]
    found = {"provider:p": {"registrationState": "NotRegistered"}, "acs:a": {}}
    steps = difference(wanted, found)
    assert actions(steps)[:2] == [("create", "provider"), ("update", "acs")]
    assert steps[1].why == "differs: identity"
    found = {"provider:p": {"registrationState": "Registered"}, "acs:a": {"identity": {"type": "SystemAssigned"}}}
    assert actions(difference(wanted[:2], found)) == [("keep", "provider"), ("keep", "acs")]


def test_nothing_is_searched_for_that_is_owned() -> None:
    assert actions(difference([SEARCH, NUMBER], {"number:US": {}})) == [("keep", "number")]
    kept = difference([SEARCH, NUMBER], {"search:US": {}})
    assert actions(kept) == [("keep", "search"), ("create", "number")]
    assert "held for us" in kept[0].why


def test_lines_of_env_that_are_all_there_are_kept() -> None:
    nothing_more = Resource("settings", ".env")
    assert difference([nothing_more], {}) == []
    (kept,) = difference([nothing_more], {"settings:.env": {"ACS_AUDIENCE": "a"}})
    assert (kept.action, kept.why) == ("keep", "as it should be")


def test_what_settings_name_is_never_bought() -> None:
    (step,) = difference([Resource("number", "+1", is_given=True)], {})
    assert (step.action, "does not own it" in step.why) == ("keep", True)


def test_a_plan_as_json_has_costs_for_what_is_made_alone() -> None:
    request = Request("POST", "/x", {"a": 1})
    settings = Resource("settings", ".env", body={"B": "secret", "A": "x"})
    plan = Plan(
        (Step("create", NUMBER, "why", request), Step("keep", NUMBER, "why"), Step("update", settings, "why")), ("note",)
    )
    facts = plan.facts()
    assert [one["cost"] and one["cost"]["amount"] for one in facts["steps"]] == [1.0, None, None]
    assert [one["request"] for one in facts["steps"]] == [
        {"method": "POST", "path": "/x", "body": {"a": 1}},
        None,
        {"file": ".env", "names": ["A", "B"]},
    ]
    assert (facts["changes"], facts["notes"], len(plan.costs)) == (2, ["note"], 1)


def test_what_we_made_is_removed_backwards_and_what_lost_our_tag_is_left() -> None:
    made = [Resource("provider", "p"), Resource("resource_group", "g", body=TAGGED), ACS, NUMBER, Resource("role", "r")]
    found = {"provider:p": {}, "resource_group:g": {"tags": {"voiceagent": "mine"}}, "acs:a": {"tags": {}}, "number:US": {}}
    plan = removal(made, found, tag=("voiceagent", "mine"))
    assert actions(list(plan.steps)) == [("delete", "number"), ("delete", "resource_group")]
    assert plan.notes == ("The acs a no longer carries our tag voiceagent=mine, so it is left.",)
