"""The media WebSocket: who may open it, and how its frames reach the call's leg.

Both proofs are asked for before the socket is accepted: our token in the path, which the service's own day-long token cannot
replace, and that token, which a leaked path cannot replace. One socket at a time holds a call; a new one may follow a lost one.
Lost is also one that nothing comes over: the service sends 50 frames a second even of silence, and it dials again long before
we could know from pings that the other end is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from voiceagent.legs.acs import BACKLOG_LIMIT, AcsLeg
from voiceagent.ports import CallerLeg
from voiceagent.protocol.outbox import Outbox
from voiceagent.server.bridge import Bridge
from voiceagent.server.live import LiveCall
from voiceagent.server.short_path import MEDIA, MediaServerProtocol
from voiceagent.server.tokens import Refused
from voiceagent.server.webhooks import acs_control, admitted, settled, tell_the_call

_log = logging.getLogger(__name__)

STALLED_MS = 1000.0  # fifty frames that did not come

_CLOSED = (WebSocketDisconnect, RuntimeError)
"""What sending raises when the peer was quicker to close, by a step of the loop: at the end of a call both sides do."""


class Shut:
    """A request to close that can be made from anywhere without waiting."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self.code = 1000
        self.reason = ""

    def shut(self, code: int, reason: str) -> None:
        if not self._asked.is_set():
            self.code, self.reason = code, reason
            self._asked.set()

    async def asked(self) -> None:
        await self._asked.wait()


class ShortSocket(Shut):
    """A `MediaSocket` on the short path."""

    def __init__(self, connection: MediaServerProtocol) -> None:
        super().__init__()
        self._connection = connection
        self.send_text = connection.send_text
        self.backlog = connection.backlog


class StockSocket(Shut):
    """A `MediaSocket` that uses nothing but Starlette's interface; `write` must run beside the reading.

    How much may wait is for the leg to judge, by `backlog`, as on the short path: it counts what it does not send. So the
    outbox has room for more than that.
    """

    def __init__(self, websocket: WebSocket) -> None:
        super().__init__()
        self._websocket = websocket
        self._outbox = Outbox(limit=2 * BACKLOG_LIMIT)
        self._filled = asyncio.Event()

    def send_text(self, payload: bytes) -> None:
        audio = b'"StopAudio":null' in payload[-20:] or payload.startswith(b'{"event":"media"')
        self._outbox.put(payload, droppable=audio)
        self._filled.set()

    def backlog(self) -> int:
        return self._outbox.waiting

    async def write(self) -> None:
        """Send what is put in, until cancelled or closed."""
        with contextlib.suppress(*_CLOSED):
            while True:
                while (payload := self._outbox.take()) is not None:
                    await self._websocket.send_text(payload.decode())
                self._filled.clear()
                await self._filled.wait()


def media_endpoint(bridge: Bridge) -> Callable[[WebSocket], Awaitable[None]]:
    """The WebSocket /media/{call}/{token}."""

    async def endpoint(websocket: WebSocket) -> None:
        try:
            call = await _admit(bridge, websocket)
        except Refused as refused:
            told = {"kind": "turned_away", "where": "/media", "why": str(refused)}
            _log.warning("/media turned away: %s", refused, extra=told)
            tell_the_call(bridge, websocket.path_params, "media_refused", refused)
            await websocket.send_denial_response(Response(status_code=refused.status))
            return
        control = acs_control(call)
        await hold(call, SocketPath(call, websocket, _acs_leg, quiet=lambda: control.caller_waits))

    return endpoint


async def hold(call: LiveCall, path: SocketPath) -> None:
    """Let an admitted socket be the call's until it is closed."""
    call.media = path
    try:
        await path.stream()
    finally:
        if call.media is path:  # else another one has taken its place
            call.media = None


async def _admit(bridge: Bridge, websocket: WebSocket) -> LiveCall:
    call = admitted(bridge, websocket.path_params["call"], websocket.path_params["token"])
    if bridge.acs_tokens is not None:
        await bridge.acs_tokens.check(websocket.headers.get("authorization", ""))
    control = acs_control(call)
    await settled(control)
    told = websocket.headers.get("x-ms-call-connection-id", "")
    if told != control.connection_id:
        raise Refused(403, "the socket is for another call")
    make_room(bridge, call)
    return call


def make_room(bridge: Bridge, call: LiveCall) -> None:
    """Let a new socket have the call. Raises Refused while another one lives, and when the call is over."""
    if bridge.find(call.call_id) is not call:
        raise Refused(404, "the call is over")
    if call.media is not None:
        if call.media.flowing:
            raise Refused(403, "the call has a media socket already")
        call.media.lose("no sound came any more, and the service dialled again")


def warning(call: LiveCall) -> Callable[[str, str], None]:
    """What a leg noticed goes into the call's report and the log."""

    def warn(code: str, sentence: str) -> None:
        _log.warning("call %s: %s", call.call_id, sentence, extra={"call_id": call.call_id})
        call.runner.warn(code, sentence)

    return warn


def _acs_leg(call: LiveCall, socket: ShortSocket | StockSocket) -> AcsLeg:
    runner = call.runner
    leg = AcsLeg(
        socket,
        sample_rate=call.sample_rate,
        clock=runner.clock,
        hear=runner.lane.caller_audio,
        deliver=runner.deliver,
        opened=lambda: runner.attach_leg(leg),
        on_failure=runner.failed,
        wire=runner.wire("media"),
        warn=warning(call),
    )
    return leg


class HeardLeg(CallerLeg, Protocol):
    """A `CallerLeg` that is fed by a socket."""

    heard_at_ms: float

    def on_text(self, frame: bytes) -> None:
        """One message of the service."""
        ...


class SocketPath:
    """A `MediaPath`: one admitted socket and the leg it feeds, which `leg_of` makes.

    While `parked` says so, the end of the socket is no loss: the caller is with somebody else, and may come back. While `quiet`
    does, it is no loss that nothing comes: whether a call whose caller is on hold is streamed, nobody has documented.
    """

    def __init__(
        self,
        call: LiveCall,
        websocket: WebSocket,
        leg_of: Callable[[LiveCall, ShortSocket | StockSocket], HeardLeg],
        *,
        parked: Callable[[], bool] = lambda: False,
        quiet: Callable[[], bool] = lambda: False,
    ) -> None:
        found: Any = websocket.scope.get("extensions", {}).get(MEDIA)
        self._runner = call.runner
        self._lost_ms = call.lost_ms
        self._websocket = websocket
        self._connection: MediaServerProtocol | None = found["connection"] if found else None
        self._socket = StockSocket(websocket) if self._connection is None else ShortSocket(self._connection)
        self._leg = leg_of(call, self._socket)
        self._parked = parked
        self._quiet = quiet
        self._heard = True

    @property
    def flowing(self) -> bool:
        return self._heard and self._runner.clock.now_ms() - self._leg.heard_at_ms < STALLED_MS

    def lose(self, reason: str) -> None:
        self._let_go(reason)
        self.shut(reason)

    def shut(self, reason: str) -> None:
        self._socket.shut(1000, reason[:100])  # a close reason has at most 123 bytes

    async def stream(self) -> None:
        """Accept the socket and hear it until it is closed."""
        if self._connection is not None:
            self._connection.attach(self._leg.on_text)
        reason = "cancelled"
        try:
            await self._websocket.accept()
            reason = await self._until_closed()
        finally:
            self._let_go(reason)

    def _let_go(self, reason: str) -> None:
        if not self._heard:
            return
        self._heard = False
        if self._connection is not None:
            self._connection.detach()
        if not self._parked():
            self._runner.detach_leg(self._leg, reason)

    async def _until_closed(self) -> str:
        websocket, socket = self._websocket, self._socket
        async with asyncio.TaskGroup() as tasks:
            beside = [tasks.create_task(_close_when_asked(websocket, socket)), tasks.create_task(self._watch())]
            if isinstance(socket, StockSocket):
                beside.append(tasks.create_task(socket.write()))
            while (message := await websocket.receive())["type"] != "websocket.disconnect":
                text, data = message.get("text"), message.get("bytes")
                if self._heard:
                    self._leg.on_text(text.encode() if text is not None else data or b"")
            for task in beside:
                task.cancel()
        return socket.reason or f"closed with {message.get('code', 1006)} {message.get('reason') or ''}".strip()

    async def _watch(self) -> None:
        """Notice a peer that has vanished without a word: its socket would stay open for many minutes."""
        clock, suspected = self._runner.clock, False
        while self._heard:
            left_ms = self._lost_ms - (clock.now_ms() - self._leg.heard_at_ms)
            if left_ms > 0:
                suspected = False
            elif self._quiet() or not self._runner.lane.caller_in:
                left_ms = self._lost_ms
            elif suspected:
                self.lose(f"nothing came over it for {self._lost_ms / 1000:g} s")
                return
            else:  # it may have been this process that slept: what came meanwhile is read in a moment
                suspected, left_ms = True, self._lost_ms / 20
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left_ms / 1000):
                    await self._socket.asked()
                    return


async def _close_when_asked(websocket: WebSocket, socket: Shut) -> None:
    await socket.asked()
    with contextlib.suppress(*_CLOSED):
        await websocket.close(socket.code, socket.reason)
