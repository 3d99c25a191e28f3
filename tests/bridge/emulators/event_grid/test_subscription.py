"""An endpoint must say yes before it gets events, in the way of its schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from voiceagent.emulators.event_grid.subscription import ORIGIN, NoCodeYet, Subscription, read_subscription, validate
from voiceagent.emulators.lint.findings import Findings
from voiceagent.errors import UserError


async def ask(answer: Callable[[httpx.Request], httpx.Response], schema: Any = "event-grid") -> None:
    subscription = Subscription("http://app.example/events", schema, {"x-voiceagent-secret": "s"})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        await validate(subscription, client, code="code", event_id="e", topic="/t", time="now")


async def test_the_validation_code_is_expected_back() -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        (event,) = json.loads(request.content)
        return httpx.Response(200, json={"validationResponse": event["data"]["validationCode"]})

    await ask(answer)
    (request,) = requests
    assert request.headers["aeg-event-type"] == "SubscriptionValidation"
    assert request.headers["x-voiceagent-secret"] == "s"
    assert json.loads(request.content)[0]["data"]["validationUrl"].split("/")[2].endswith(":553")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (httpx.Response(202, json={"validationResponse": "code"}), "with 202; it must be 200"),
        (httpx.Response(401), "with 401"),
        (httpx.Response(200, json={"validationResponse": "other"}), "did not return the validation code"),
        (httpx.Response(200, text="hello"), "did not return the validation code"),
    ],
)
async def test_any_other_answer_is_no_consent(answer: httpx.Response, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        await ask(lambda _: answer)


async def test_in_the_other_schema_the_question_is_an_options_request() -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, headers={"WebHook-Allowed-Origin": ORIGIN})

    await ask(answer, "cloud-events")
    assert (requests[0].method, requests[0].headers["webhook-request-origin"]) == ("OPTIONS", ORIGIN)
    with pytest.raises(UserError, match="no consent"):
        await ask(lambda _: httpx.Response(200), "cloud-events")


async def test_an_endpoint_that_is_not_there_is_named() -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no")

    with pytest.raises(UserError, match=r"http://app.example/events cannot be reached: ConnectError"):
        await ask(fail)


def test_a_subscription_is_read() -> None:
    assert read_subscription({"endpoint": "http://x/e"}) == Subscription("http://x/e")
    read = read_subscription({"endpoint": "http://x/e", "schema": "cloud-events", "headers": {"a": "b"}})
    assert (read.schema, read.headers) == ("cloud-events", {"a": "b"})
    assert "hidden" not in repr(Subscription("http://x", headers={"a": "hidden"}))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("x", "must be an object"),
        ({}, "`endpoint` must be"),
        ({"endpoint": "ftp://x"}, "`endpoint` must be"),
        ({"endpoint": "http://x", "schema": "xml"}, "`schema` must be"),
        ({"endpoint": "http://x", "headers": {"a": 1}}, "`headers` must be"),
    ],
)
def test_a_mistake_is_explained(body: Any, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read_subscription(body)


async def test_an_answer_without_the_code_leaves_it_to_somebody_by_hand() -> None:
    with pytest.raises(NoCodeYet):
        await ask(lambda _: httpx.Response(200))


@pytest.mark.parametrize(
    ("schema", "answer", "rules"),
    [
        ("event-grid", httpx.Response(202, json={"validationResponse": "code"}), ["grid-https", "grid-validation-status"]),
        ("event-grid", httpx.Response(200, text="hello"), ["grid-https", "grid-validation-code"]),
        ("event-grid", httpx.Response(200, json={"validationResponse": "code"}), ["grid-https"]),
        ("event-grid", httpx.Response(200, text="{'validationResponse': 'code'}"), ["grid-https", "grid-validation-json"]),
        ("event-grid", httpx.Response(200, text="{'validationResponse': "), ["grid-https", "grid-validation-code"]),
        ("cloud-events", httpx.Response(200), ["grid-https", "grid-consent"]),
    ],
)
async def test_the_handshake_is_looked_at(schema: Any, answer: httpx.Response, rules: list[str]) -> None:
    findings = Findings()
    subscription = Subscription("http://app.example/events", schema)
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda _: answer)) as client:
        with suppress(UserError):
            await validate(subscription, client, code="code", event_id="e", topic="/t", time="now", findings=findings)
    assert [one.rule for one in findings.told] == rules
