"""Events reach the endpoint at least once, or are given up."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from voiceagent.emulators.event_grid.delivery import Attempt, Conditions, Deliveries
from voiceagent.emulators.event_grid.filters import read_filter
from voiceagent.emulators.event_grid.schedule import RetryPolicy
from voiceagent.emulators.event_grid.subscription import Subscription
from voiceagent.protocol.event_grid import UnknownEvent

EVENT = UnknownEvent(kind="Test.Happened", data={"a": 1}, event_id="e", topic="/t", time="now")


class Desk:
    """An endpoint that answers with the statuses given, then with 200."""

    def __init__(self, *statuses: int | None) -> None:
        self.statuses = list(statuses)
        self.requests: list[httpx.Request] = []
        self.given_up: list[Attempt] = []
        self.conditions: dict[str, Any] = {}
        self.more: dict[str, Any] = {}

    async def publish(self, schema: Any = "event-grid", *, attempts: int = 3, duplicates: bool = False) -> Deliveries:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self._answer)) as client, asyncio.TaskGroup() as tasks:
            deliveries = Deliveries(
                client,
                tasks.create_task,
                policy=RetryPolicy(max_attempts=attempts, life_seconds=86_400),
                conditions=Conditions(scale=0, duplicates=duplicates, **self.conditions),
                clock_ms=lambda: 0.0,
            )
            assert not deliveries.publish(EVENT)
            deliveries.subscription = Subscription(
                "http://app.example/events", schema, {"x-voiceagent-secret": "s"}, "sub", **self.more
            )
            assert deliveries.publish(EVENT, self.given_up.append)
        return deliveries

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = self.statuses.pop(0) if self.statuses else 200
        if status is None:
            raise httpx.ReadTimeout("no")
        return httpx.Response(status)


async def test_an_event_is_delivered_with_the_headers_of_event_grid() -> None:
    desk = Desk()
    await desk.publish()
    (request,) = desk.requests
    headers = {name: value for name, value in request.headers.items() if name.startswith(("aeg-", "x-voice"))}
    assert headers == {
        "aeg-event-type": "Notification",
        "aeg-subscription-name": "SUB",
        "aeg-delivery-count": "0",
        "aeg-data-version": "1.0",
        "aeg-metadata-version": "1",
        "x-voiceagent-secret": "s",
    }
    assert json.loads(request.content)[0]["eventType"] == "Test.Happened"


async def test_cloud_events_come_one_at_a_time_and_name_their_origin() -> None:
    desk = Desk()
    await desk.publish("cloud-events")
    assert desk.requests[0].headers["origin"] == "eventgrid.azure.net"
    assert json.loads(desk.requests[0].content)["type"] == "Test.Happened"


async def test_a_failed_delivery_is_tried_again_and_counted() -> None:
    desk = Desk(500, None)
    deliveries = await desk.publish()
    assert [request.headers["aeg-delivery-count"] for request in desk.requests] == ["0", "1", "2"]
    assert [(attempt.number, attempt.status) for attempt in deliveries.attempts] == [(1, 500), (2, None), (3, 200)]
    assert desk.given_up == []


async def test_what_is_never_taken_is_given_up() -> None:
    desk = Desk(500, 302, 206)
    await desk.publish()
    assert [attempt.status for attempt in desk.given_up] == [206]


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_a_few_answers_count_as_delivered(status: int) -> None:
    desk = Desk(status)
    await desk.publish()
    assert len(desk.requests) == 1


async def test_duplicates_are_delivered_when_asked_for() -> None:
    desk = Desk()
    await desk.publish(duplicates=True)
    assert [json.loads(request.content)[0]["id"] for request in desk.requests] == ["e", "e"]


async def test_a_subscription_gets_what_its_filter_lets_through() -> None:
    desk = Desk()
    desk.more = {"wanted": read_filter({"advancedFilters": [{"operatorType": "StringIn", "key": "data.A", "values": ["x"]}]})}
    async with httpx.AsyncClient(transport=httpx.MockTransport(desk._answer)) as client, asyncio.TaskGroup() as tasks:
        deliveries = Deliveries(client, tasks.create_task, policy=RetryPolicy(), clock_ms=lambda: 0.0)
        deliveries.subscriptions = {
            "/one": Subscription("http://app.example/one", name="one", **desk.more),
            "/two": Subscription("http://app.example/two", name="two", copied={"x-a": "data.a", "x-b": "data.b"}),
        }
        wanted = UnknownEvent(kind="Test.Happened", data={"a": "X"}, event_id="e", topic="/t", time="now")
        assert [deliveries.publish(EVENT), deliveries.publish(wanted)] == [1, 2]
    assert sorted(request.url.path for request in desk.requests) == ["/one", "/two", "/two"]
    assert {request.headers.get("x-a") for request in desk.requests if request.url.path == "/two"} == {"1", "X"}


async def test_a_subscription_may_have_a_policy_of_its_own() -> None:
    desk = Desk(500, 500)
    desk.more = {"policy": RetryPolicy(max_attempts=1)}
    await desk.publish()
    assert [attempt.number for attempt in desk.given_up] == [1]


async def test_what_is_given_up_is_kept_when_the_subscription_says_where(tmp_path: Path) -> None:
    desk = Desk(403)
    desk.more, desk.conditions = {"dead_letters": "box"}, {"dead_letters": tmp_path}
    await desk.publish()
    (path,) = tmp_path.rglob("*.json")
    (event,) = json.loads(path.read_text())
    assert path.relative_to(tmp_path).parts[:2] == ("box", "SUB")
    assert (event["id"], event["deadLetterReason"]) == ("e", "UndeliverableDueToHttpForbidden")


async def test_events_may_overtake_each_other() -> None:
    desk = Desk()
    desk.conditions = {"reorder_ms": 0.001}
    await desk.publish()
    assert len(desk.requests) == 1
