"""Events reach the endpoint at least once, or are given up."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from voiceagent.emulators.event_grid.delivery import Attempt, Conditions, Deliveries
from voiceagent.emulators.event_grid.filters import read_filter
from voiceagent.emulators.event_grid.schedule import RetryPolicy
from voiceagent.emulators.event_grid.subscription import Subscription
from voiceagent.emulators.faults.switchboard import Switchboard
from voiceagent.emulators.lint.findings import Findings
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


class Slept:
    """A sleep that takes no time and remembers."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


async def faulty(name: str, *ids: str, findings: Findings | None = None, status: int = 200, **written: object) -> Faulty:
    """Events with these ids, published at once while a fault is armed."""
    seen, slept = Faulty([], []), Slept()
    board = Switchboard(sleep=slept)
    if name:
        board.arm(name, written)

    def answer(request: httpx.Request) -> httpx.Response:
        event = json.loads(request.content)[0]
        seen.requests.append((event["id"], event["eventTime"], request.headers.get("x-voiceagent-secret", "")))
        return httpx.Response(status)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client, asyncio.TaskGroup() as tasks:
        deliveries = Deliveries(
            client,
            tasks.create_task,
            policy=RetryPolicy(max_attempts=1, life_seconds=60),
            clock_ms=lambda: 0.0,
            faults=board,
            findings=findings,
        )
        deliveries.subscription = Subscription("http://127.0.0.1/events", "event-grid", {"x-voiceagent-secret": "s"}, "sub")
        for one in ids or ("e",):
            deliveries.publish(replace(EVENT, event_id=one, time="2026-11-22T05:00:00+00:00"))
    return replace(seen, slept=slept.seconds)


@dataclass(frozen=True, slots=True)
class Faulty:
    """What arrived: id, time and secret of each; and the pauses that were made."""

    requests: list[tuple[str, str, str]]
    slept: list[float]


NOW = "2026-11-22T05:00:00+00:00"


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("", {}, [("e", NOW, "s")]),
        ("delivery.duplicated", {}, [("e", NOW, "s"), ("e", NOW, "s")]),
        ("delivery.lost", {"only": "Happened"}, []),
        ("delivery.lost", {"only": "IncomingCall"}, [("e", NOW, "s")]),
        ("delivery.stale", {"seconds": 600}, [("e", "2026-11-22T04:50:00+00:00", "s")]),
        ("delivery.forged", {}, [("e", NOW, "wrong")]),
        ("delivery.forged", {"kind": "none"}, [("e", NOW, "")]),
    ],
)
async def test_an_event_as_the_fault_will_have_it(name: str, written: dict[str, object], expected: object) -> None:
    assert (await faulty(name, **written)).requests == expected


async def test_a_late_event_waits_and_an_overtaken_one_comes_second() -> None:
    assert (await faulty("delivery.late", ms=500)).slept == [0.5]
    assert [one for one, _, _ in (await faulty("delivery.reordered", "first", "second")).requests] == ["second", "first"]


@pytest.mark.parametrize(("status", "rule"), [(200, []), (401, ["grid-not-repeated"]), (500, ["grid-status"])])
async def test_the_answer_to_an_event_is_looked_at(status: int, rule: list[str]) -> None:
    findings = Findings()
    await faulty("", findings=findings, status=status)
    assert [one.rule for one in findings.told] == rule
