"""What the emulated resource has, to look at: its recordings, its phone numbers, who is told of its events. Read-only.

`INDEX` lists every address of the emulator's own, so that somebody with a browser finds the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voiceagent.emulators.numbers import answers

if TYPE_CHECKING:
    from voiceagent.emulators.acs.network import Network
    from voiceagent.emulators.acs.recordings import Recording
    from voiceagent.emulators.acs.state import Call
    from voiceagent.emulators.numbers.state import Numbers

INDEX = {
    "GET /emulator/health": "whether it runs, and how late its 20 ms beat is",
    "GET /emulator/calls": "all calls; POST places one",
    "GET /emulator/calls/{call_id}": "one call with its figures; DELETE: the caller hangs up",
    "GET /emulator/calls/{call_id}/events": "what happens in it, line by line, until it has ended",
    "GET /emulator/calls/{call_id}/ear.wav": "what the caller said and heard",
    "POST /emulator/calls/{call_id}/steps": "more for the caller to do",
    "POST /emulator/calls/{call_id}/callbacks": "send the app a callback of any type",
    "POST /emulator/events": "give Event Grid an event of any type",
    "GET /emulator/faults": "what may go wrong, what is armed, what happened; PUT …/NAME arms, DELETE clears",
    "GET /emulator/findings": "what the app did that Azure would refuse or ignore",
    "PUT /emulator/callees": "how people behave whom the app calls",
    "DELETE /emulator/faults/{fault}": "takes back one fault",
    "GET /emulator/recordings": "all recordings and where their files are",
    "GET /emulator/numbers": "phone numbers, searches, reservations and operations",
    "GET /emulator/subscriptions": "who is told of events, and the last deliveries",
    "PUT /emulator/subscription": "who is to be told of incoming calls",
}


def recordings(network: Network) -> dict[str, Any]:
    """Of all calls that are remembered, in the order of their beginning."""
    found = [
        _recording(network, call, recording)
        for call in network.exchange.calls.values()
        for recording in call.recordings.values()
    ]
    return {"recordings": found}


def numbers(state: Numbers, now: float) -> dict[str, Any]:
    """As they are at that time: what was due has happened."""
    state.settle(now)
    return {
        "owned": [answers.purchased(one) for one in state.owned.values()],
        "searches": [answers.search_result(one) for one in state.searches.values()],
        "reservations": [answers.reservation(one, now) for one in state.reservations.values()],
        "operations": [answers.operation(one) for one in state.operations.all()],
    }


def subscriptions(network: Network) -> dict[str, Any]:
    """The values of delivery headers are not shown: apps take them for secrets."""
    deliveries = network.deliveries
    return {
        "subscriptions": [
            {"id": key, "name": one.name, "endpoint": one.endpoint, "schema": one.schema, "headers": sorted(one.headers)}
            for key, one in deliveries.subscriptions.items()
        ],
        "attempts": [
            {"subscription": a.subscription, "event_id": a.event_id, "type": a.type, "attempt": a.number, "status": a.status}
            for a in deliveries.attempts
        ],
    }


def _recording(network: Network, call: Call, recording: Recording) -> dict[str, Any]:
    place = f"{network.base}/v1/objects/{recording.document_id}"
    is_written = recording.ended is not None and network.recording_file(recording.document_id).exists()
    return {
        "recording_id": recording.recording_id,
        "call_id": call.call_id,
        "state": recording.state if recording.ended is None else "stopped",
        "channel": recording.request.channel,
        "length_ms": round(recording.length_ms),
        "end_reason": recording.end_reason or None,
        "content_url": f"{place}/content/audio" if is_written else None,
        "metadata_url": f"{place}/content/acsmetadata" if is_written else None,
    }
