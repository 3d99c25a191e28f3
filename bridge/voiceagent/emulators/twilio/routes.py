"""The HTTP side: Twilio's REST interface for calls, and the emulator's own addresses for placing and watching them.

The latter are those of the ACS emulator under `/emulator`, so that the same phone drives both.
"""

from __future__ import annotations

import base64
import hmac
import time
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.measures import Course, figures
from voiceagent.emulators.acs.placing import read_more, read_order
from voiceagent.emulators.own_pages import Endpoint, Missing, answered, followed, guarded, read_body, refused
from voiceagent.emulators.reach import Reach
from voiceagent.errors import RemoteProtocolError, UserError
from voiceagent.protocol.twilio_calls import member, read_form

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from voiceagent.emulators.acs.order import Order
    from voiceagent.emulators.acs.studio import Line
    from voiceagent.emulators.twilio.line import PhoneCall
    from voiceagent.emulators.twilio.network import Network

_CALLS = "/2010-04-01/Accounts/{account}/Calls"


class _Refusal(Exception):
    """An error of Twilio's REST interface: status, its own code, and its sentence."""

    def __init__(self, status: int, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code


def twilio_routes(network: Network, reach: Reach) -> list[Route]:
    """All routes of the emulator."""
    from starlette.routing import Route

    rest, desk = _Rest(network), _Desk(network)
    table: list[tuple[str, str, Endpoint]] = [
        ("POST", f"{_CALLS}/{{call}}.json", rest.update),
        ("GET", f"{_CALLS}/{{call}}.json", rest.fetch),
        ("POST", f"{_CALLS}/{{call}}/Recordings.json", rest.record),
    ]
    own: list[tuple[str, str, Endpoint]] = [
        ("GET", "/emulator/health", desk.health),
        ("PUT", "/emulator/number", desk.number),
        ("POST", "/emulator/calls", desk.place),
        ("GET", "/emulator/calls", desk.calls),
        ("GET", "/emulator/calls/{call}", desk.call),
        ("POST", "/emulator/calls/{call}/steps", desk.add_steps),
        ("GET", "/emulator/calls/{call}/events", desk.events),
        ("DELETE", "/emulator/calls/{call}", desk.hang_up),
    ]
    return [
        *(Route(path, rest.answering(endpoint), methods=[method]) for method, path, endpoint in table),
        *(Route(path, guarded(endpoint, reach), methods=[method]) for method, path, endpoint in own),
    ]


class _Rest:
    """Twilio's own interface. Errors are `{"code", "message", "more_info", "status"}`."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def answering(self, endpoint: Endpoint) -> Endpoint:
        async def respond(request: Request) -> Response:
            try:
                self._authenticate(request)
                return await endpoint(request)
            except _Refusal as refusal:
                more = f"https://www.twilio.com/docs/errors/{refusal.code}"
                body = {"code": refusal.code, "message": str(refusal), "more_info": more, "status": refusal.status}
                return answered(refusal.status, body)

        return respond

    async def update(self, request: Request) -> Response:
        call = self._call(request)
        try:
            form = read_form(await request.body())
        except RemoteProtocolError as error:
            raise _Refusal(400, 20001, str(error)) from error
        if call.over or call.answered_at is None:
            raise _Refusal(400, 21220, "Call is not in-progress. Cannot redirect.")
        if member(form, "Status") == "completed":
            call.end("completed", "the app hung up")
        elif document := member(form, "Twiml"):
            call.replace(document)
        else:
            raise _Refusal(400, 21218, "Neither Status=completed nor Twiml was given; Url is not supported by this emulator.")
        return answered(200, _resource(call, self._network))

    async def fetch(self, request: Request) -> Response:
        return answered(200, _resource(self._call(request), self._network))

    async def record(self, request: Request) -> Response:
        call = self._call(request)
        if call.over or call.answered_at is None:
            raise _Refusal(400, 21220, "Requested resource is not eligible for recording")
        call.recordings.append(self._network.sid("RE"))
        call.diary.note("recording", self._network.now(), recording_id=call.recordings[-1], state="active")
        return answered(201, {"sid": call.recordings[-1], "call_sid": call.call_sid, "status": "in-progress"})

    def _authenticate(self, request: Request) -> None:
        network = self._network
        expected = base64.b64encode(f"{network.account_sid}:{network.auth_token}".encode()).decode()
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), f"Basic {expected}".encode()):
            raise _Refusal(401, 20003, "Authenticate")

    def _call(self, request: Request) -> PhoneCall:
        call = self._network.calls.get(request.path_params["call"])
        if call is None or request.path_params["account"] != self._network.account_sid:
            raise _Refusal(404, 20404, f"The requested resource {request.url.path} was not found")
        return call


class _Desk:
    """The emulator's own addresses."""

    def __init__(self, network: Network) -> None:
        self._network = network

    async def health(self, _: Request) -> Response:
        network = self._network
        live = sum(not call.over for call in network.calls.values())
        facts = {"ok": True, "calls": live, "voice_url": network.voice_url or None, "voice": network.studio.has_voice}
        return answered(200, {**facts, "beat": network.pulse.lateness.json()})

    async def number(self, request: Request) -> Response:
        body = await read_body(request)
        url = body.get("voice_url") if isinstance(body, dict) else None
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            raise UserError('The number is given as {"voice_url": "https://…/twilio/voice"}.')
        self._network.voice_url = url
        return answered(200, {"voice_url": url})

    async def place(self, request: Request) -> Response:
        order, steps, line = read_order(await read_body(request))
        _must_be_carried_out(order, line)
        call = self._network.place(order, steps, line)
        return answered(201, {"call_id": call.call_sid, "correlation_id": call.call_sid, "server_call_id": call.call_sid})

    async def calls(self, _: Request) -> Response:
        return answered(200, {"calls": [_summary(call) for call in self._network.calls.values()]})

    async def call(self, request: Request) -> Response:
        return answered(200, measurements(self._find(request), self._network.now(), wall=time.time()))

    async def add_steps(self, request: Request) -> Response:
        call = self._find(request)
        steps, hangs_up = read_more(await read_body(request))
        if call.over:
            return refused(409, "The call has ended; the caller can do nothing more.")
        self._network.studio.must_be_able_to_say(steps)
        return answered(200, {"steps": call.add_steps(steps, hangs_up=hangs_up)})

    async def events(self, request: Request) -> Response:
        call = self._find(request)
        return followed(call.diary, lambda: call.changed)

    async def hang_up(self, request: Request) -> Response:
        from starlette.responses import Response

        self._find(request).hang_up()
        return Response(status_code=204)

    def _find(self, request: Request) -> PhoneCall:
        call = self._network.calls.get(request.path_params["call"])
        if call is None:
            raise Missing(f"There is no call {request.path_params['call']!r} on this emulator.")
        return call


def _must_be_carried_out(order: Order, line: Line) -> None:
    """UserError for what the other phone does and this one does not: a call that leaves it out would test nothing."""
    remedy = "Leave it out, or place the call over the emulated Azure."
    if line.is_impaired:
        raise UserError("`loss_percent`, `jitter_ms` and `echo_db` are not emulated on Twilio calls.", remedy=remedy)
    if order.human in ("refuses", "leaves"):
        raise UserError(f"`human` {order.human!r} is not emulated on Twilio calls.", remedy=remedy)
    if order.human_says:
        raise UserError("`human_says` is not emulated on Twilio calls: nobody is asked in private there.", remedy=remedy)


def measurements(call: PhoneCall, now: float, *, wall: float) -> dict[str, Any]:
    """Everything known of one call so far, in the words of the ACS emulator; `wall` is Unix time now, in seconds."""
    course = Course(
        call.diary,
        call.turns,
        call.ear,
        call.caller.spoken,
        call.counts,
        call.lateness,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
    )
    return {
        **_summary(call),
        **figures(course, now, wall=wall),
        "recordings": [{"recording_id": sid, "state": "inactive" if call.over else "active"} for sid in call.recordings],
    }


def _summary(call: PhoneCall) -> dict[str, Any]:
    return {
        "call_id": call.call_sid,
        "state": "ended" if call.over else "ringing" if call.answered_at is None else "connected",
        "from": call.order.caller,
        "to": call.order.callee,
        "outcome": call.outcome or None,
        "end_reason": call.end_reason or None,
        "correlation_id": call.call_sid,
        "server_call_id": call.call_sid,
    }


def _resource(call: PhoneCall, network: Network) -> dict[str, Any]:
    return {
        "sid": call.call_sid,
        "account_sid": network.account_sid,
        "api_version": "2010-04-01",
        "direction": "inbound",
        "from": call.order.caller[2:],
        "to": call.order.callee[2:],
        "status": call.status,
        "uri": f"/2010-04-01/Accounts/{network.account_sid}/Calls/{call.call_sid}.json",
    }
