"""Finding a call by any of its names."""

from __future__ import annotations

import pytest
from a_call import CALLEE, CALLER, answer

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.exchange import Exchange
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.requests import RecordingRequest
from voiceagent.emulators.acs.state import Order


def an_exchange(kept: int = 200) -> Exchange:
    return Exchange(Ids(1), NetworkOptions(ended_calls_kept=kept), resource_id="resource")


def request(server: str | None = None, connection: str | None = None) -> RecordingRequest:
    return RecordingRequest(server, connection, None, "audio", "mixed", "wav", False)


def test_a_call_is_found_by_context_connection_server_call_and_recording() -> None:
    exchange = an_exchange()
    other, call = (exchange.place(Order(CALLER, CALLEE), 0) for _ in range(2))
    assert exchange.by_context(call.context) is call
    assert exchange.by_context(other.context) is other
    call.answer(answer(), 100)
    call.tick(300)
    assert exchange.by_connection(call.connection_id) is call
    assert exchange.for_recording(request(server=call.server_call_id)) is call
    assert exchange.for_recording(request(connection=call.connection_id)) is call
    recording = call.record(request(), 400)
    assert exchange.by_recording(recording.recording_id) == (call, recording)
    assert exchange.by_document(recording.document_id) == (call, recording)


def test_a_call_that_was_not_answered_has_no_connection() -> None:
    exchange = an_exchange()
    call = exchange.place(Order(CALLER, CALLEE), 0)
    with pytest.raises(Refusal, match="Call not found"):
        exchange.by_connection(call.connection_id)


def test_unknown_names_are_refused() -> None:
    exchange = an_exchange()
    for look in (
        lambda: exchange.by_context("x"),
        lambda: exchange.by_connection("x"),
        lambda: exchange.for_recording(request(server="x")),
        lambda: exchange.by_recording("x"),
        lambda: exchange.by_document("x"),
    ):
        with pytest.raises(Refusal):
            look()


def test_the_oldest_ended_calls_are_forgotten_and_live_ones_never() -> None:
    exchange = an_exchange(kept=2)
    live = exchange.place(Order(CALLER, CALLEE), 0)
    ended = []
    for _ in range(5):
        call = exchange.place(Order(CALLER, CALLEE), 0)
        call.caller_hangs_up(10)
        ended.append(call.call_id)
    exchange.place(Order(CALLER, CALLEE), 0)
    assert live.call_id in exchange.calls
    assert [call_id for call_id in ended if call_id in exchange.calls] == ended[-2:]


def test_a_call_that_is_not_there_cannot_be_joined_and_one_that_is_can() -> None:
    from a_call import answer, told

    from voiceagent.emulators.acs.requests import ConnectRequest

    calls = Exchange(Ids(1), NetworkOptions(), resource_id="resource")
    lost = calls.join(ConnectRequest("nowhere", answer()), 0)
    lost.tick(1_000)
    assert (told(lost), lost.over) == (["ConnectFailed"], True)
    host = calls.place(Order(CALLER, CALLEE), 0)
    host.answer(answer(), 0)
    host.tick(1_000)
    leg = calls.join(ConnectRequest(host.server_call_id, answer()), 2_000)
    leg.tick(3_000)
    assert told(leg) == ["CallConnected", "ParticipantsUpdated"]
    assert list(leg.roster) == [CALLER, leg.app_id]
    host.caller_hangs_up(4_000)
    leg.tick(4_020)
    assert told(leg) == ["CallDisconnected"]
