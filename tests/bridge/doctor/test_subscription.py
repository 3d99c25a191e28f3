"""How calls are announced: what a whole set-up does not show (that is in test_catalogue)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.config.load import load_settings
from voiceagent.doctor import subscription
from voiceagent.doctor.surroundings import Surroundings

OURS = "+14255550199"


def around(one: Any, **environ: str) -> Surroundings:
    made = Surroundings(Path(), load_settings(None, environ={"ACS_SOURCE_PHONE_NUMBER": OURS, **environ}))
    made.notes.update(subscriptions=[one], subscription=one)
    return made


def a_subscription(**more: Any) -> Any:
    given = {
        "name": "calls",
        "filter": None,
        "destination": SimpleNamespace(endpoint_base_url="https://b.example/events", delivery_attribute_mappings=None),
        "provisioning_state": "Succeeded",
        "event_delivery_schema": None,
        "retry_policy": SimpleNamespace(max_delivery_attempts=2, event_time_to_live_in_minutes=1),
        **more,
    }
    return SimpleNamespace(**given)


def on(operator: str, *values: str, key: str = "data.to.PhoneNumber.Value") -> Any:
    condition = SimpleNamespace(operator_type=operator, key=key, values=list(values))
    return SimpleNamespace(included_event_types=[], advanced_filters=[condition])


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        (on("StringIn", OURS), ""),
        (on("StringIn", "+14255550100"), "filter_other_number"),
        (on("StringBeginsWith", "+1425"), ""),
        (on("StringBeginsWith", "+49"), "filter_other_number"),
        (on("StringEndsWith", "99"), ""),
        (on("StringContains", "77"), "filter_other_number"),
        (on("StringIn", f"4:{OURS}", key="data.to.rawId"), ""),
        (on("StringNotIn", OURS), ""),
        (on("StringIn", "x", key="data.from.rawId"), ""),
        (None, ""),
    ],
)
def test_whether_our_number_passes(condition: Any, code: str) -> None:
    found = subscription.number(around(a_subscription(filter=condition)))
    assert found.code == code
    assert OURS not in repr(found)


def test_without_a_number_of_ours_nobody_can_tell() -> None:
    look = around(a_subscription(filter=on("StringIn", OURS)))
    look.loaded = load_settings(None, environ={})
    assert subscription.number(look).status == "skipped"


async def test_where_it_delivers() -> None:
    here = {"VOICEAGENT_PUBLIC_URL": "https://b.example"}
    assert (await subscription.target(around(a_subscription(), **here))).status == "ok"
    there = around(a_subscription(), VOICEAGENT_PUBLIC_URL="https://c.example")
    assert (await subscription.target(there)).code == "subscription_elsewhere"
    queue = a_subscription(destination=SimpleNamespace())
    assert (await subscription.target(around(queue, **here))).code == "subscription_no_webhook"


async def test_an_address_that_nobody_claims_is_asked_for_a_bridge() -> None:
    dead = SimpleNamespace(endpoint_base_url="http://127.0.0.1:1/events")
    found = await subscription.target(around(a_subscription(destination=dead)))
    assert (found.code, found.next_command) == ("subscription_dead", "voiceagent serve")
    assert found.detail.startswith("calls are announced to http://127.0.0.1:1 (calls)")


def test_a_state_that_is_told_as_a_word() -> None:
    assert subscription.state(around(a_subscription(provisioning_state=SimpleNamespace(value="Failed")))).code == (
        "subscription_not_ready"
    )


def test_its_patience_and_its_words() -> None:
    assert subscription.delivery(around(a_subscription())).status == "ok"
    assert subscription.short("Microsoft.Communication.IncomingCall") == "IncomingCall"
