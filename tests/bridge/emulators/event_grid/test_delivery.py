"""Events reach the endpoint at least once, or are given up."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from voiceagent.emulators.event_grid.delivery import Attempt, Deliveries
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

    async def publish(self, schema: Any = "event-grid", *, attempts: int = 3, duplicates: bool = False) -> Deliveries:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self._answer)) as client, asyncio.TaskGroup() as tasks:
            deliveries = Deliveries(
                client,
                tasks.create_task,
                policy=RetryPolicy(max_attempts=attempts, life_seconds=86_400, scale=0),
                duplicates=duplicates,
                clock_ms=lambda: 0.0,
            )
            assert not deliveries.publish(EVENT)
            deliveries.subscription = Subscription("http://app.example/events", schema, {"x-voiceagent-secret": "s"}, "sub")
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
