from __future__ import annotations

import json

import pytest
from a_call import answer

from voiceagent.emulators.acs.exchange import Exchange
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.requests import RecordingRequest
from voiceagent.emulators.acs.state import Call, Order
from voiceagent.emulators.acs.whose import call_of

CALLS = "/calling/callConnections"


@pytest.fixture
def two() -> tuple[Exchange, Call]:
    """Two calls; the second one is asked about."""
    exchange = Exchange(Ids(1), NetworkOptions(), resource_id="r")
    calls = [exchange.place(Order("4:+1", "4:+2"), 0) for _ in range(2)]
    for call in calls:
        call.answer(answer(), 1)
        call.tick(1 + call.options.connect_ms)
    return exchange, calls[1]


def test_a_call_is_found_by_each_of_its_ids(two: tuple[Exchange, Call]) -> None:
    exchange, call = two
    request = RecordingRequest(None, call.connection_id, None, "audio", "mixed", "wav", False)
    recording = call.record(request, 1_000)
    for path in (
        f"{CALLS}/{call.connection_id}",
        f"{CALLS}/{call.connection_id}:play",
        f"{CALLS}/{call.connection_id}/participants:add",
        f"/calling/recordings/{recording.recording_id}:pause",
        f"/v1/objects/{recording.document_id}/content/audio",
    ):
        assert call_of(exchange, path, b"") == call.call_id, path
    for body in (
        {"incomingCallContext": call.context},
        {"callConnectionId": call.connection_id},
        {"callLocator": {"kind": "serverCallLocator", "serverCallId": call.server_call_id}},
    ):
        assert call_of(exchange, f"{CALLS}:answer", json.dumps(body).encode()) == call.call_id, body


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"{CALLS}/nobody:play", b""),
        ("/calling/recordings/none", b""),
        (f"{CALLS}:answer", b"{"),
        (f"{CALLS}:answer", b"[]"),
        (f"{CALLS}:answer", b'{"incomingCallContext":"stale"}'),
        ("/calling/recordings", b'{"callLocator":{"serverCallId":"x"}}'),
        ("/phoneNumbers", b"{}"),
        ("/calling/keys", b""),
    ],
)
def test_what_is_about_no_call_has_none(two: tuple[Exchange, Call], path: str, body: bytes) -> None:
    assert call_of(two[0], path, body) == ""
