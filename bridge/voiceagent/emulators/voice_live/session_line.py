"""The way to one session: what goes wrong on it when faults are armed, and what is noticed about the client's events."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voiceagent.emulators.faults.fault import Shot
from voiceagent.emulators.faults.socket import UnreliableSocket
from voiceagent.emulators.faults.switchboard import Switchboard
from voiceagent.emulators.lint.engine import EngineLint, Openings, connecting, connecting_elsewhere
from voiceagent.emulators.lint.findings import Findings
from voiceagent.emulators.lint.http import app_of
from voiceagent.emulators.lint.socket import LintedSocket
from voiceagent.emulators.tap import Tap, tapped_socket
from voiceagent.emulators.voice_live.entrance import VOICE_LIVE_PATHS, query_of, visit_of

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request, Response

Frame = str | bytes

NAMING = (
    "x-ms-client-request-id",
    "x-ms-correlation-id",
    "x-ms-call-connection-id",
    "x-ms-call-correlation-id",
    "x-correlation-id",
    "x-request-id",
)
"""Headers in which clients name a request or what it belongs to."""

_TYPE = re.compile(r'"type"\s*:\s*"([\w.]+)"')


class SessionLine:
    """One for a server."""

    def __init__(self, faults: Switchboard, findings: Findings, now: Callable[[], float], tap: Tap | None = None) -> None:
        self._tap = tap
        self.faults = faults
        self.findings = findings
        self._now = now
        self._openings = Openings()

    async def at_the_door(self, socket: ServerConnection, request: Request) -> Response | None:
        """What happens to a request for a session before anybody looks at it; None: nothing."""
        model = query_of(request.path).get("model", "")
        for shot in self.faults.strikes("engine-connect", model, names_of(request.headers)):
            match shot.effect:
                case "refuse":
                    return _refusal(socket, shot)
                case "cut":
                    socket.transport.abort()
                case "hang":
                    await socket.wait_closed()
                case "delay":
                    await self.faults.pause(shot.number("ms"))
        return None

    def welcome(self, socket: ServerConnection, request: Request) -> Response | None:
        """Look at a request that is granted; strictly, a wrong one is not."""
        path, headers = urlsplit(request.path).path, _plain(request.headers)
        breaches = list(self._openings.opened(self._now()))
        if path.endswith(VOICE_LIVE_PATHS):
            breaches += connecting(path, query_of(request.path), headers)
        else:
            breaches += connecting_elsewhere(visit_of(request.path, request.headers, key=None).dialect, headers)
        refusal = self.findings.report(breaches, f"voice-live {path}{app_of(headers)}", _without_keys(request.path))
        return socket.respond(HTTPStatus.BAD_REQUEST, refusal) if refusal else None

    def through(self, socket: ServerConnection, session_id: str) -> Any:
        """The socket as both sides will have it."""
        assert socket.request is not None
        path, headers = socket.request.path, _plain(socket.request.headers)
        lint = EngineLint(query_of(path), visit_of(path, socket.request.headers, key=None).dialect)
        where = f"session {session_id}{app_of(headers)}"

        names = (session_id, *names_of(headers))

        def received(frame: Frame) -> str:
            breaches = lint.client(frame, self._now())
            return self.findings.report(breaches, where, frame) if breaches else ""

        def told(frame: Frame) -> None:
            if breaches := lint.server(frame):
                self.findings.report(breaches, where, lint.last)

        unreliable = UnreliableSocket(
            tapped_socket(socket, self._tap, "voice-live", socket.request.path),
            self.faults,
            sent=lambda frame: self.faults.strikes("engine", type_of(frame), names) if self.faults.is_armed("engine") else (),
            read=lambda _: self.faults.strikes("engine-read", call=names),
        )
        return LintedSocket(unreliable, received=received, sent=told)


def names_of(headers: Mapping[str, str]) -> tuple[str, ...]:
    """What a client calls its connection, or the call it is for: by any of these, faults find it."""
    return tuple(value for name, value in headers.items() if name.lower() in NAMING)


def event_loop_ms() -> float:
    """The clock of sessions."""
    return asyncio.get_running_loop().time() * 1000


def type_of(frame: Frame) -> str:
    """The type of a server event, which stands near its beginning."""
    found = _TYPE.search(frame if isinstance(frame, str) else frame[:200].decode("utf-8", "replace"), 0, 200)
    return found[1] if found else ""


def _refusal(socket: ServerConnection, shot: Shot) -> Response:
    response = socket.respond(HTTPStatus(int(shot.number("status"))), f"Refused by the fault {shot.fault}.")
    if shot.values.get("retry_after_s") is not None:
        response.headers["Retry-After"] = f"{shot.number('retry_after_s'):g}"
    return response


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _without_keys(target: str) -> str:
    return re.sub(r"((?:api-key|Authorization)=)[^&]*", r"\1…", target)
