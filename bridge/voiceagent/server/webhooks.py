"""What is posted to us: Event Grid's deliveries and Call Automation's reports. Strangers are turned away before a body is read.

A webhook never fails because we are busy: Event Grid would drop the ring, or mute the phone line for hours. It is acknowledged
at once and the call is answered, or given busy, in its own task.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from voiceagent.control.acs import AcsControl
from voiceagent.errors import RemoteError, RemoteProtocolError
from voiceagent.protocol import acs_callbacks, event_grid
from voiceagent.server.bridge import Bridge
from voiceagent.server.live import LiveCall
from voiceagent.server.tokens import REPORT_LEEWAY_SECONDS, Refused

_log = logging.getLogger(__name__)

BODY_LIMIT = 1_048_576  # above Event Grid's largest batch: a 413 is never retried
SECRET_HEADER = "x-voiceagent-secret"  # noqa: S105  the header's name
BODY_SECONDS = 10.0
PARKED_SECONDS = 5.0  # a report may overtake the service's answer to our answer
ANOTHER_REPLICA = 500
"""Event Grid asks again in ten seconds, while the phone still rings; after a 503 it would wait for thirty."""

_LENGTH = re.compile("[0-9]{1,12}")  # a stranger writes it: there are digits that are no number, and numbers too long to read

Endpoint = Callable[[Request], Awaitable[Response]]


def events_endpoint(bridge: Bridge) -> Endpoint:
    """POST and OPTIONS of /events."""

    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            answer = event_grid.options_answer(request.headers)
            return Response(status_code=400 if answer is None else 200, headers=answer)
        received = bridge.tokens.wall()
        try:
            _check_secret(request, bridge.at_start.acs.event_secret)
            delivery = event_grid.decode(await read_body(request), request.headers)
            await _check_token(bridge, request, delivery.events)
        except Refused as refused:
            return stranger_refused("/events", refused, subscription=request.headers.get("aeg-subscription-name", "")[:80])
        except RemoteProtocolError as error:
            _log.warning("an Event Grid delivery is malformed: %s", error)
            return Response(status_code=400)
        for event in delivery.events:
            if isinstance(event, event_grid.SubscriptionValidation):
                return JSONResponse(event_grid.validation_response(event))
            if isinstance(event, event_grid.IncomingCall):
                if bridge.leaves_calls_to_others:
                    return Response(status_code=ANOTHER_REPLICA)
                bridge.ring(replace(event, received_at=received, validated_at=bridge.tokens.wall()))
        return Response(status_code=200)

    return endpoint


def callbacks_endpoint(bridge: Bridge) -> Endpoint:
    """POST of /callbacks/{call}/{token}."""

    async def endpoint(request: Request) -> Response:
        try:
            call = admitted(bridge, request.path_params["call"], request.path_params["token"], given_up=True)
            token_id = await _token_id(bridge, request)
            body = await read_body(request)
            bridge.token_use.bind(token_id, body)
            await _hear(call, body)
        except Refused as refused:
            tell_the_call(bridge, request.path_params, "callback_refused", refused)
            return stranger_refused("/callbacks", refused)
        except RemoteProtocolError as error:
            _log.warning("a report of the telephony service is malformed: %s", error)
            return Response(status_code=400)
        return Response(status_code=200)

    return endpoint


async def _token_id(bridge: Bridge, request: Request) -> str:
    if bridge.acs_tokens is None:
        return ""
    return await bridge.acs_tokens.check(request.headers.get("authorization", ""), REPORT_LEEWAY_SECONDS)


def admitted(bridge: Bridge, call_id: str, token: str, *, given_up: bool = False) -> LiveCall:
    """The call an address belongs to, when its token is right, also one that was given up when wanted.

    Raises Refused; 404 only for those who knew the token.
    """
    bridge.tokens.check(call_id, token)
    call = bridge.find(call_id) or (bridge.find_given_up(call_id) if given_up else None)
    if call is None:
        raise Refused(404, "the call is over")
    return call


def tell_the_call(bridge: Bridge, path: Mapping[str, str], code: str, refused: Refused) -> None:
    """Whose request was refused though its address was right: what the service shows does not fit what we were told of it."""
    with contextlib.suppress(Refused):
        bridge.tokens.check(path["call"], path["token"])
        if (call := bridge.find(path["call"])) is not None:
            call.refused(code, str(refused))


def acs_control(call: LiveCall) -> AcsControl:
    """The control of a call of Azure's. Raises Refused for another service's: its addresses are others."""
    if not isinstance(call.control, AcsControl):
        raise Refused(404, "the call is not one of Azure's")
    return call.control


async def _hear(call: LiveCall, body: bytes) -> None:
    control = acs_control(call)
    reports = acs_callbacks.decode(body)
    connected = next((one.call_connection_id for one in reports if isinstance(one, acs_callbacks.CallConnected)), None)
    try:
        await settled(control)
    except Refused:
        if connected:
            control.overhear(connected)
        raise
    if not control.given_up:
        _take(call, control, body, reports)
    elif connected:
        await _end_late(call, control, connected)


async def _end_late(call: LiveCall, control: AcsControl, connection_id: str) -> None:
    _log.warning("call %s was connected after we had given it up; it is hung up", call.call_id)
    try:
        await control.end_late(connection_id)
    except RemoteError as error:
        raise Refused(503, f"a call that was given up could not be ended: {error}") from error


def _take(call: LiveCall, control: AcsControl, body: bytes, reports: Sequence[acs_callbacks.Callback]) -> None:
    ours = control.connection_id
    if any(report.call_connection_id != ours for report in reports):
        raise Refused(403, "the report is about another call")
    if (show := call.runner.wire("webhook")) is not None:
        show("in", body)
    for report in reports:
        if call.reports.first(report.event_id):
            control.on_callback(report)


async def settled(control: AcsControl) -> None:
    """Wait until the service has confirmed our answer. Raises Refused when that takes too long."""
    try:
        async with asyncio.timeout(PARKED_SECONDS):
            await control.settled()
    except TimeoutError:
        raise Refused(503, "the service has not confirmed our answer yet") from None


def _check_secret(request: Request, secret: str) -> None:
    # No document tells whether the handshake carries delivery headers, so the address that we subscribe has it too.
    given = request.headers.get(SECRET_HEADER) or request.query_params.get("code", "")
    if secret and not hmac.compare_digest(given.encode(), secret.encode()):
        raise Refused(401, "the delivery does not carry our secret")


async def _check_token(bridge: Bridge, request: Request, events: Sequence[object]) -> None:
    """The handshake may come without a token: it tells nothing and sets nothing off."""
    asks = all(isinstance(event, event_grid.SubscriptionValidation) for event in events)
    if bridge.event_tokens is not None and not asks:
        await bridge.event_tokens.check(request.headers.get("authorization", ""))


async def read_body(request: Request) -> bytes:
    """The body, up to what a webhook may weigh. Raises Refused."""
    declared = request.headers.get("content-length", "0")
    if not _LENGTH.fullmatch(declared) or int(declared) > BODY_LIMIT:
        raise Refused(413, "the body is too large")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):  # a stranger who sends a byte now and then must not hold it for ever
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_LIMIT:
                    raise Refused(413, "the body is too large")
    except ClientDisconnect:
        raise Refused(400, "who sent it left before its end") from None
    except TimeoutError:
        raise Refused(408, f"the body did not come within {BODY_SECONDS:g} s") from None
    return bytes(body)


def stranger_refused(where: str, refused: Refused, **more: str) -> Response:
    """The answer to a stranger: the status alone. The reason is for our log, and so is what `more` tells of who it was."""
    _log.warning(
        "%s turned away: %s", where, refused, extra={"kind": "turned_away", "where": where, "why": str(refused), **more}
    )
    return Response(status_code=refused.status)
