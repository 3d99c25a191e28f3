"""`provision plan`: for people and for programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_each_step_has_the_promised_fields(subscription: Any, provision: Callable[..., Any]) -> None:
    plan = provision("plan", "--country", "gb", "--type", "geographic", "--area-code", "20")
    for step in plan["steps"]:
        assert {"action", "kind", "name", "cost", "request"} <= step.keys()
        assert step["action"] == "create"
    search = next(one for one in plan["steps"] if one["kind"] == "search")
    assert search["request"]["path"].startswith("/availablePhoneNumbers/countries/GB/:search")
    assert search["request"]["body"]["areaCode"] == "20"
    number = next(one for one in plan["steps"] if one["kind"] == "number")
    assert number["cost"] == {
        "amount": 1.0,
        "currency": "USD",
        "per": "month",
        "per_minute": {"inbound": 0.009, "outbound": 0.015},
        "list_price": True,
    }
    assert plan["changes"] == len(plan["steps"])
    assert "2026-10-23" in plan["notes"][0]


def test_for_people_it_is_a_table_with_what_it_costs(subscription: Any, told: Callable[..., Any]) -> None:
    shown = told("plan")
    assert "+ create\tnumber\tUS geographic\tnot there yet; 1.00 USD a month" in shown.out
    assert "list price" in shown.err
    assert shown.err.splitlines()[-1] == "16 changes."
    assert subscription.things() == []


def test_without_a_subscription_it_says_which_setting_is_missing(voiceagent: Any, project: Any, monkeypatch: Any) -> None:
    monkeypatch.delenv("AZURE_SUBSCRIPTION_ID", raising=False)
    refused = voiceagent("provision", "plan", project)
    assert refused.code == 2
    assert "`cloud.subscription_id` is empty" in refused.err
