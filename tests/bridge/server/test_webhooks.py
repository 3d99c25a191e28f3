"""What is posted to us: who may, what it does, and how little it takes to be turned away."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import time
from typing import Any

import pytest
from azure.core.exceptions import AzureError

from voiceagent.call.commands import CallBeganNoted, CallEndedNoted, PhaseNoted, Warned
from voiceagent.control import acs as control
from voiceagent.protocol import acs_callbacks as acs
from voiceagent.protocol import event_grid
from voiceagent.server import webhooks
from voiceagent.server.app import build_app
from voiceagent.server.webhooks import BODY_LIMIT

SECRET = {"x-voiceagent-secret": "the-secret"}


def ring(bench: Any, context: str = "one", schema: Any = "event-grid") -> bytes:
    event = event_grid.encode(bench.incoming(context), schema)
    return json.dumps([event] if schema == "event-grid" else event).encode()


@pytest.mark.parametrize("schema", ["event-grid", "cloud-events"])
async def test_a_ring_is_acknowledged_at_once_and_answered_beside(bench: Any, schema: str) -> None:
    bench.network.hold.clear()
    answer = await bench.http.post("/events", content=ring(bench, schema=schema), headers=SECRET)
    assert answer.status_code == 200
    assert bench.network.answered == []
    bench.network.hold.set()
    while bench.network.answered != ["one"]:
        await asyncio.sleep(0)


async def test_both_handshakes_are_answered(bench: Any) -> None:
    question = event_grid.SubscriptionValidation(validation_code="code-1", event_id="v")
    body = json.dumps([event_grid.encode(question, "event-grid")])
    validated = await bench.http.post("/events", content=body, headers=SECRET)
    assert (validated.status_code, validated.json()) == (200, {"validationResponse": "code-1"})
    asked = await bench.http.options("/events", headers={"WebHook-Request-Origin": "eventgrid.azure.net"})
    assert asked.headers["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
    assert (await bench.http.options("/events")).status_code == 400


@pytest.mark.parametrize("secret", [None, "", "the-secre", "the-secret ", "THE-SECRET", "ü"])
async def test_without_the_secret_the_body_is_not_even_read(bench: Any, secret: str | None) -> None:
    headers = {} if secret is None else {"x-voiceagent-secret": secret.encode("latin-1")}
    answer = await bench.http.post("/events", content=b"{ not json", headers=headers)
    assert answer.status_code == 401


async def test_the_secret_may_be_in_the_address_as_it_is_when_event_grid_asks_for_consent(bench: Any) -> None:
    assert (await bench.http.post("/events?code=the-secret", content=b"[]")).status_code == 200
    assert (await bench.http.post("/events?code=the-secre", content=b"[]")).status_code == 401
    wrong = {"x-voiceagent-secret": "wrong"}
    assert (await bench.http.post("/events?code=the-secret", content=b"[]", headers=wrong)).status_code == 401


async def test_where_a_token_is_wanted_only_the_handshake_comes_without(bench: Any, signature: Any) -> None:
    from voiceagent.server.tokens import AcsTokens
    from voiceagent.testing.clock import ManualClock

    bench.bridge.event_tokens = AcsTokens(
        issuer=["https://other.example", "https://issuer.example"],
        audience="resource-id",
        fetch_keys=signature.keys,
        clock=ManualClock(),
    )
    event = {
        "id": "1",
        "topic": "t",
        "subject": "s",
        "eventType": "Some.Event",
        "eventTime": "2026-11-22T05:00:00Z",
        "data": {},
    }
    one = json.dumps([{**event, "dataVersion": "1.0", "metadataVersion": "1"}]).encode()
    assert (await bench.http.post("/events", content=one, headers=SECRET)).status_code == 401
    signed = {**SECRET, "Authorization": f"Bearer {signature.token()}"}
    assert (await bench.http.post("/events", content=one, headers=signed)).status_code == 200
    asked = {**event, "eventType": "Microsoft.EventGrid.SubscriptionValidationEvent", "data": {"validationCode": "c"}}
    answer = await bench.http.post("/events", content=json.dumps([asked]).encode(), headers=SECRET)
    assert (answer.status_code, answer.json()) == (200, {"validationResponse": "c"})


async def test_a_secret_that_is_lost_while_we_run_opens_nothing(bench: Any) -> None:
    settings = bench.bridge.project.settings
    lost = settings.model_copy(update={"acs": settings.acs.model_copy(update={"event_secret": ""})})
    bench.bridge.use(dataclasses.replace(bench.bridge.project, settings=lost))
    assert (await bench.http.post("/events", content=b"[]")).status_code == 401


async def test_without_a_configured_secret_none_is_asked_for(bridging_with: Any) -> None:
    async with bridging_with(acs={"event_secret": ""}) as bench:
        assert (await bench.http.post("/events", content=b"[]")).status_code == 200


async def test_other_events_are_acknowledged_and_malformed_ones_are_not(bench: Any) -> None:
    other = json.dumps([{"eventType": "Microsoft.Storage.BlobCreated", "data": {}}])
    assert (await bench.http.post("/events", content=other, headers=SECRET)).status_code == 200
    assert (await bench.http.post("/events", content=b"no json", headers=SECRET)).status_code == 400


async def test_who_leaves_in_the_middle_or_never_comes_to_an_end_is_turned_away(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def asked(*messages: dict[str, Any]) -> int:
        """The status of a delivery whose sender, after these messages, sends no more."""
        coming, sent = list(messages), []

        async def receive() -> Any:
            return coming.pop(0) if coming else await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        app = build_app(bench.bridge)
        await app(
            {"type": "http", "method": "POST", "path": "/events", "query_string": b"code=the-secret", "headers": []},
            receive,
            send,
        )
        return int(sent[0]["status"])

    begun = {"type": "http.request", "body": b"[", "more_body": True}
    assert await asked(begun, {"type": "http.disconnect"}) == 400
    monkeypatch.setattr(webhooks, "BODY_SECONDS", 0.001)
    assert await asked(begun) == 408


async def test_a_body_too_large_is_refused_declared_or_not(bench: Any) -> None:
    declared = await bench.http.post("/events", content=b"x" * (BODY_LIMIT + 1), headers=SECRET)

    async def trickle() -> Any:
        for _ in range(20):
            yield b"x" * 65_536

    undeclared = await bench.http.post("/events", content=trickle(), headers=SECRET)
    assert (declared.status_code, undeclared.status_code) == (413, 413)
    for odd in ("many", b"\xb2", "9" * 5_000):
        told = await bench.http.post("/events", content=b"[]", headers={**SECRET, "content-length": odd})
        assert told.status_code == 413


def report(callback: acs.Callback) -> bytes:
    return json.dumps([acs.encode(callback)]).encode()


def connected(context: str = "one", event_id: str = "r-1") -> bytes:
    return report(acs.CallConnected(call_connection_id=f"cc-{context}", event_id=event_id))


async def test_a_report_reaches_its_call(bench: Any) -> None:
    await bench.live()
    ended = report(acs.CallDisconnected(call_connection_id="cc-one", event_id="r-1"))
    answer = await bench.http.post(bench.path("one", "callbacks"), content=ended, headers=bench.signature.header())
    assert answer.status_code == 200
    assert (await bench.watcher.until(CallEndedNoted))[0].outcome == "completed"


async def test_a_repeated_report_counts_once(bench: Any) -> None:
    call = await bench.live()
    seen: list[Any] = []
    call.control.on_callback = seen.append
    for _ in range(2):
        await bench.http.post(bench.path("one", "callbacks"), content=connected(), headers=bench.signature.header())
    assert len(seen) == 1


async def test_a_report_that_overtakes_the_answer_waits_for_it(bench: Any) -> None:
    bench.network.hold.clear()
    bench.bridge.ring(bench.incoming())
    while "one" not in bench.network.addresses:
        await asyncio.sleep(0)
    async with asyncio.TaskGroup() as tasks:
        posting = tasks.create_task(
            bench.http.post(bench.path("one", "callbacks"), content=connected(), headers=bench.signature.header())
        )
        for _ in range(20):
            await asyncio.sleep(0)
        assert not posting.done()
        bench.network.hold.set()
    assert posting.result().status_code == 200


async def test_who_may_not_report(bench: Any) -> None:
    call = await bench.live()
    good, path = bench.signature.header(), bench.path("one", "callbacks")
    token = path.rsplit("/", 1)[1]
    attempts = {
        "no token of the service": (path, {}, connected(), 401),
        "an expired one": (path, bench.signature.header(exp=1), connected(), 401),
        "no token of ours": (f"/callbacks/{call.call_id}/x", good, connected(), 403),
        "another call's": (f"/callbacks/other/{token}", good, connected(), 403),
        "another call's report": (path, good, connected("two"), 403),
        "no report": (path, good, b"no json", 400),
        "too much": (path, good, b"x" * (BODY_LIMIT + 1), 413),
    }
    got = {
        name: (await bench.http.post(where, content=body, headers=headers)).status_code
        for name, (where, headers, body, _) in attempts.items()
    }
    assert got == {name: status for name, (*_, status) in attempts.items()}
    told = [(call_id, note.code) for call_id, note in bench.watcher.notes if isinstance(note, Warned)]
    assert told == [(call.call_id, "callback_refused")]


async def test_a_call_knows_when_it_was_announced_and_believed(bench: Any) -> None:
    before = time.time()
    await bench.http.post("/events", content=ring(bench), headers=SECRET)
    [began] = await bench.watcher.until(CallBeganNoted)
    assert before <= began.received_at <= began.validated_at <= began.started_at


async def test_a_report_whose_token_expired_minutes_ago_is_taken(bench: Any) -> None:
    await bench.live()
    late = bench.signature.header(exp=int(time.time()) - 200)
    assert (await bench.http.post(bench.path("one", "callbacks"), content=connected(), headers=late)).status_code == 200


async def test_a_stolen_token_cannot_carry_another_report(bench: Any) -> None:
    await bench.live()
    header, path = bench.signature.header(jti="id-1"), bench.path("one", "callbacks")
    first = await bench.http.post(path, content=connected(), headers=header)
    stolen = await bench.http.post(path, content=connected(event_id="r-2"), headers=header)
    assert (first.status_code, stolen.status_code) == (200, 401)


async def test_without_the_services_keys_the_report_is_to_be_repeated(bench: Any) -> None:
    await bench.live()
    bench.signature.broken = True
    answer = await bench.http.post(bench.path("one", "callbacks"), content=connected(), headers=bench.signature.header())
    assert answer.status_code == 503


async def test_a_call_that_is_over_takes_no_reports(bench: Any) -> None:
    await bench.live()
    path = bench.path("one", "callbacks")
    bench.bridge.abandon()
    while len(bench.bridge.calls):
        await asyncio.sleep(0)
    assert (await bench.http.post(path, content=connected(), headers=bench.signature.header())).status_code == 404


async def given_up(bench: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """A call whose answer the service took without ever saying so; the path of its reports."""
    monkeypatch.setattr(control, "ANSWER_SECONDS", 0.001)
    bench.network.hold.clear()
    bench.bridge.ring(bench.incoming())
    ended = (await bench.watcher.until(CallEndedNoted))[0]
    assert (ended.outcome, ended.reason) == ("failed", "answer_refused")
    while len(bench.bridge.calls):
        await asyncio.sleep(0)
    return str(bench.path("one", "callbacks"))


async def test_a_call_that_turns_out_to_be_connected_after_we_gave_it_up_is_hung_up(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await given_up(bench, monkeypatch)
    other = report(acs.CallDisconnected(call_connection_id="cc-one", event_id="r-0"))
    assert (await bench.http.post(path, content=other, headers=bench.signature.header())).status_code == 200
    assert bench.network.hung_up == []
    assert (await bench.http.post(path, content=connected(), headers={})).status_code == 401
    assert (await bench.http.post(path, content=connected(), headers=bench.signature.header())).status_code == 200
    assert bench.network.hung_up == ["cc-one"]


async def test_a_call_that_was_given_up_and_cannot_be_hung_up_is_to_be_reported_again(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await given_up(bench, monkeypatch)
    bench.network.broken = AzureError("no network")
    assert (await bench.http.post(path, content=connected(), headers=bench.signature.header())).status_code == 503


async def test_a_report_that_overtakes_the_answer_by_too_much_is_remembered(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(webhooks, "PARKED_SECONDS", 0.001)
    bench.network.hold.clear()
    bench.bridge.ring(bench.incoming())
    while "one" not in bench.network.addresses:
        await asyncio.sleep(0)
    path = bench.path("one", "callbacks")
    assert (await bench.http.post(path, content=connected(), headers=bench.signature.header())).status_code == 503
    await bench.watcher.until(CallEndedNoted)
    assert bench.network.hung_up == ["cc-one"]


async def test_unverified_trusts_the_path_alone(bridging_with: Any) -> None:
    async with bridging_with(verified=False) as bench:
        await bench.live()
        assert (await bench.http.post(bench.path("one", "callbacks"), content=connected())).status_code == 200
        assert PhaseNoted("answered") in [note for _, note in bench.watcher.notes]


async def test_nobody_is_told_why_in_the_answer(bench: Any) -> None:
    answer = await bench.http.post("/callbacks/x/y", content=b"")
    assert (answer.status_code, answer.content) == (403, b"")


async def test_who_is_leaving_and_not_alone_has_event_grid_ask_another_replica(bridging_with: Any) -> None:
    async with bridging_with(bridge={"drain_seconds": 600}) as bench:
        bench.bridge.admission.drain()
        assert (await bench.http.post("/events", content=ring(bench), headers=SECRET)).status_code == 500
        assert (await bench.http.get("/readyz")).status_code == 503
        assert (await bench.http.get("/healthz")).status_code == 200


async def test_who_is_leaving_alone_gives_the_caller_busy(bench: Any) -> None:
    bench.bridge.admission.drain()
    assert (await bench.http.post("/events", content=ring(bench), headers=SECRET)).status_code == 200
    while not bench.network.rejected:
        await asyncio.sleep(0)
