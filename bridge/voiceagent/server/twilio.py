"""Twilio's side of the public edge: the webhook of a ringing number, what is asked and told during a call, the media stream.

Every request must carry Twilio's signature, made with the account's auth token over the address Twilio called, which is
`bridge.public_url` and the path. The addresses of a call carry our own token beside that: a signature alone would let whoever
replays one stream's handshake into another call. Twilio's `<Stream>` takes no query, so the token is in the path.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from voiceagent.agent.project import AgentProject
from voiceagent.control.twilio import Rest, TwilioControl
from voiceagent.errors import RemoteProtocolError
from voiceagent.legs.twilio import TwilioLeg
from voiceagent.protocol import twilio_calls as twiml
from voiceagent.protocol.event_grid import IncomingCall
from voiceagent.protocol.identifiers import from_raw_id
from voiceagent.server.bridge import Bridge
from voiceagent.server.live import LiveCall
from voiceagent.server.media import ShortSocket, SocketPath, StockSocket, hold, make_room, warning
from voiceagent.server.tokens import Refused
from voiceagent.server.webhooks import admitted, read_body, stranger_refused

_log = logging.getLogger(__name__)

DECIDE_SECONDS = 13.0
"""Twilio waits 15 s for an answer to its webhook, and then tells the caller that an application error has occurred."""

_REMEMBERED = 1_000  # calls whose webhook may be repeated

Endpoint = Callable[[Request], Awaitable[Response]]


def twilio_routes(bridge: Bridge, rest: Rest) -> list[BaseRoute]:
    """The addresses under /twilio."""
    desk = _Desk(bridge, rest)
    return [
        Route("/twilio/voice", desk.signed(desk.voice), methods=["POST"]),
        Route("/twilio/next/{call}/{token}", desk.signed(desk.next), methods=["POST"]),
        Route("/twilio/target/{call}/{token}", desk.signed(desk.target), methods=["POST"]),
        WebSocketRoute("/twilio/media/{call}/{token}", desk.media),
    ]


class _Desk:
    def __init__(self, bridge: Bridge, rest: Rest) -> None:
        self._bridge = bridge
        self._rest = rest
        self._ringing: OrderedDict[str, asyncio.Future[TwilioControl]] = OrderedDict()

    # --- who may ask

    def signed(self, endpoint: Callable[[Request, twiml.Form], Awaitable[str]]) -> Endpoint:
        """An endpoint for Twilio alone; what it returns is the document that Twilio carries out."""

        async def respond(request: Request) -> Response:
            try:
                form = twiml.read_form(await read_body(request))
                self._check(request.url.path, request.url.query, request.headers.get(twiml.SIGNATURE_HEADER, ""), form)
                document = await endpoint(request, form)
            except Refused as refused:
                return stranger_refused(request.url.path.split("/", 3)[2], refused)
            except RemoteProtocolError as error:
                _log.warning("a request of Twilio is malformed: %s", error)
                return Response(status_code=400)
            return Response(document, media_type="text/xml")

        return respond

    def _check(self, path: str, query: str, given: str, form: twiml.Form, *, stream: bool = False) -> None:
        settings = self._bridge.at_start
        if settings.bridge.verification == "unverified":
            return
        urls = [f"{base}{path}" + (f"?{query}" if query else "") for base in self._bridge.public.urls]
        if stream:
            urls = [one for url in urls for one in twiml.stream_addresses(url.replace("http", "ws", 1))]
        try:
            twiml.check_signature(given, auth_token=settings.twilio.auth_token, urls=urls, form=form)
        except RemoteProtocolError as error:
            raise Refused(403, f"{error}; it is checked against {urls[0].rsplit('/', 1)[0]}/…") from None

    # --- what Twilio asks and tells

    async def voice(self, _: Request, form: twiml.Form) -> str:
        """A number rings: the answer is what to do with the call."""
        call_sid = twiml.member(form, "CallSid")
        if not call_sid:
            raise Refused(400, "a ring of Twilio without CallSid")
        made = self._ringing.get(call_sid)
        if made is None:
            made = self._ringing[call_sid] = asyncio.get_running_loop().create_future()
            while len(self._ringing) > _REMEMBERED:
                self._ringing.popitem(last=False)
            self._bridge.ring(_incoming(call_sid, form), self._line(call_sid, form, made))
        try:
            async with asyncio.timeout(DECIDE_SECONDS):
                return await (await asyncio.shield(made)).answer_document()
        except TimeoutError:
            _log.warning("call %s gets busy: nobody decided within %g s", call_sid, DECIDE_SECONDS)
            return twiml.reject()

    async def next(self, request: Request, form: twiml.Form) -> str:
        """A document is carried out: the stream has ended, or the phone that was dialled."""
        try:
            return _control(self._call(request)).asked_next(form)
        except Refused as refused:
            if refused.status == 404:  # over for us; whatever connected the caller to somebody is over too
                return twiml.hang_up()
            raise

    async def target(self, request: Request, form: twiml.Form) -> str:
        """How it goes with the phone that was dialled."""
        _control(self._call(request)).target_reported(form)
        return ""

    async def media(self, websocket: WebSocket) -> None:
        """The stream of a call."""
        try:
            given = websocket.headers.get(twiml.SIGNATURE_HEADER, "")
            self._check(websocket.url.path, websocket.url.query, given, (), stream=True)
            call = admitted(self._bridge, websocket.path_params["call"], websocket.path_params["token"])
            control = _control(call)
            make_room(self._bridge, call)
        except Refused as refused:
            _log.warning("/twilio/media turned away: %s", refused)
            await websocket.send_denial_response(Response(status_code=refused.status))
            return
        await hold(call, SocketPath(call, websocket, _leg, parked=lambda: control.handing_over))

    # --- inside

    def _call(self, request: Request) -> LiveCall:
        return admitted(self._bridge, request.path_params["call"], request.path_params["token"])

    def _line(
        self, call_sid: str, form: twiml.Form, made: asyncio.Future[TwilioControl]
    ) -> Callable[[str, str, AgentProject], TwilioControl]:
        def line(call_id: str, token: str, project: AgentProject) -> TwilioControl:
            settings, public = project.settings, self._bridge.public
            control = TwilioControl(
                self._rest,
                call_sid=call_sid,
                stream_url=public.ws(f"/twilio/media/{call_id}/{token}"),
                next_url=public.http(f"/twilio/next/{call_id}/{token}"),
                target_url=public.http(f"/twilio/target/{call_id}/{token}"),
                targets=settings.transfer.targets,
                caller_id=settings.twilio.phone_number or twiml.member(form, "To"),
                recording=settings.recording,
            )
            made.set_result(control)
            return control

        return line


def _control(call: LiveCall) -> TwilioControl:
    if not isinstance(call.control, TwilioControl):
        raise Refused(404, "the call is not one of Twilio's")
    return call.control


def _leg(call: LiveCall, socket: ShortSocket | StockSocket) -> TwilioLeg:
    runner, control = call.runner, _control(call)

    def opened() -> None:
        control.opened()
        runner.attach_leg(leg)

    leg = TwilioLeg(
        socket,
        call_sid=control.call_sid,
        sample_rate=call.sample_rate,
        clock=runner.clock,
        hear=runner.lane.caller_audio,
        deliver=runner.deliver,
        opened=opened,
        sounded=runner.lane.sounded,
        stopped=control.stream_ended,
        on_failure=runner.failed,
        show=runner.wire("media"),
        warn=warning(call),
    )
    return leg


def _incoming(call_sid: str, form: twiml.Form) -> IncomingCall:
    """A ring in the words the bridge knows: Twilio's id of the call stands for all of Azure's."""
    caller, called = twiml.member(form, "From"), twiml.member(form, "To")
    return IncomingCall(
        event_id=call_sid,
        topic="twilio",
        subject="",
        time="",
        to=from_raw_id(_raw_id(called)),
        from_=from_raw_id(_raw_id(caller)),
        incoming_call_context=call_sid,
        server_call_id=call_sid,
        correlation_id=call_sid,
    )


def _raw_id(number: str) -> str:
    return f"4:{number}" if number.startswith("+") else f"4:{number or 'anonymous'}"
