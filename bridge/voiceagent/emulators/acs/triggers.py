"""What somebody sets off by hand: faults, a callback of any type in a call, an event of the resource for Event Grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from voiceagent.emulators import trouble
from voiceagent.emulators.faults.switchboard import Armed
from voiceagent.errors import UserError
from voiceagent.protocol import acs_callbacks as callbacks
from voiceagent.protocol.event_grid import UnknownEvent

if TYPE_CHECKING:
    from starlette.requests import Request

    from voiceagent.emulators.acs.circuit import Circuit
    from voiceagent.emulators.acs.network import Network

EVENTS = "Microsoft.Communication."
OF_ONE_CALL = ("callback", "delivery", "media-dial", "media", "media-read", "request", "clock")
"""Wires that know which call it is about."""
OF_NO_CALL = ("acs:keys", "numbers", "arm")
"""Requests that are about none."""


async def trouble_page(network: Network, request: Request) -> trouble.Page | None:
    """The pages of faults and findings."""
    words = request.url.path.removeprefix("/emulator/").split("/")
    query = dict(request.query_params)
    return trouble.page(request.method, words, query, faults=network.faults, findings=network.findings)


def bring(network: Network, faults: object) -> list[Armed]:
    """Arm what a call brings with it. UserError tells what is wrong, and nothing has been armed then."""
    if not isinstance(faults, list) or not all(isinstance(one, Mapping) and "fault" in one for one in faults):
        raise UserError('`faults` is a list such as [{"fault": "media.dropped", "after": 100}].')
    armed: list[Armed] = []
    try:
        for one in faults:
            written = {name: value for name, value in one.items() if name != "fault"}
            armed.append(network.faults.arm(str(one["fault"]), written))
    except UserError:
        take_back(network, armed)
        raise
    return armed


def take_back(network: Network, armed: list[Armed]) -> None:
    for one in armed:
        if one in network.faults.armed:
            network.faults.clear(str(one.number))


def belongs_to(call_id: str, armed: list[Armed]) -> None:
    """These faults are for this call, as far as their wires know calls, and go with it."""
    for one in armed:
        one.owner = call_id
        if one.fault.site in OF_ONE_CALL and not one.only.startswith(OF_NO_CALL):
            one.call = call_id


def post_callback(network: Network, circuit: Circuit, body: object) -> dict[str, Any]:
    """Send the app a callback of any type, whether or not it is true."""
    if not isinstance(body, Mapping) or not isinstance(body.get("type"), str) or not body["type"]:
        raise UserError('A callback is an object such as {"type": "PlayCompleted", "data": {}}.')
    data, call = body.get("data") or {}, circuit.call
    if not isinstance(data, Mapping):
        raise UserError("`data` of a callback is an object.")
    kind = body["type"] if "." in body["type"] else EVENTS + body["type"]
    about = f"calling/callConnections/{call.connection_id}"
    event_id, time = network.ids.guid(), network.times.message()
    facts = {
        "eventSource": about,
        "callConnectionId": call.connection_id,
        "serverCallId": call.server_call_id,
        "correlationId": call.correlation_id,
        "resultInformation": {"code": 200, "subCode": 0, "message": "Action completed successfully."},
        "publicEventType": kind,
        **data,
    }
    event = {
        "id": event_id,
        "source": about,
        "type": kind,
        "data": facts,
        "time": time,
        "specversion": "1.0",
        "datacontenttype": "application/json",
        "subject": about,
    }
    circuit.post(callbacks.UnknownCallback(kind, event, call_connection_id=call.connection_id, event_id=event_id, time=time))
    return {"type": kind, "event_id": event_id}


def publish_event(network: Network, body: object) -> dict[str, Any]:
    """Give Event Grid an event of the resource."""
    if not isinstance(body, Mapping) or not isinstance(body.get("type"), str) or not body["type"]:
        raise UserError('An event is an object such as {"type": "Microsoft.Communication.CallEnded", "data": {}}.')
    event = UnknownEvent(
        kind=body["type"] if "." in body["type"] else EVENTS + body["type"],
        data=body.get("data"),
        event_id=network.ids.guid(),
        topic=network.topic,
        subject=str(body.get("subject") or ""),
        time=network.times.message(),
    )
    return {"event_id": event.event_id, "type": event.kind, "subscriptions": network.deliveries.publish(event)}
