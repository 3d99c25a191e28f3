"""The server: its sockets, its quota of new connections, its own pages; and the sessions there are.

Who may come in, `entrance` decides; here only the quota (429) is added to it.
"""

from __future__ import annotations

import http
import json
import os
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlsplit
from weakref import WeakSet

from voiceagent import __version__
from voiceagent.emulators import trouble
from voiceagent.emulators.faults.switchboard import ENGINE, Switchboard
from voiceagent.emulators.lint.findings import Findings
from voiceagent.emulators.reach import Reach
from voiceagent.emulators.tap import Tap
from voiceagent.emulators.voice_live.connection import Connection
from voiceagent.emulators.voice_live.entrance import ANY as ANY
from voiceagent.emulators.voice_live.entrance import Refused, Visit, query_of, visit_of
from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.played import PlayedConnection
from voiceagent.emulators.voice_live.recorded import Playback, Recorded
from voiceagent.emulators.voice_live.session_line import SessionLine, event_loop_ms
from voiceagent.emulators.voice_live.source import AnswerSource
from voiceagent.emulators.voice_live.state import SessionState
from voiceagent.emulators.voice_live.view import playback_view, session_view
from voiceagent.errors import UserError

if TYPE_CHECKING:
    import ssl

    from websockets.asyncio.server import Server, ServerConnection
    from websockets.http11 import Request, Response
    from websockets.typing import Subprotocol

OWN = "/emulator"
SEEDED_SECONDS = 1_767_258_000.0
"""The time in the ids of seeded sessions: 2026-01-01, 9:00 UTC."""
LARGEST_FRAME_IN = 24 * 1024 * 1024
"""Above the 15 MiB an append may carry, so that the limit is answered with an `error` and not by the library's close."""


View = Callable[..., dict[str, Any]]


class VoiceLiveEmulator:
    """`async with VoiceLiveEmulator(Scripted([...]), key="k") as emu:` serves at `emu.endpoint` until the block ends.

    `answers` is called once for each session, or is a recording that every session follows. Without a `key` any credential, or
    none, is accepted.
    """

    def __init__(
        self,
        answers: Callable[[], AnswerSource] | Recorded,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        key: str | None = None,
        options: EmulatorOptions | None = None,
        wall: Callable[[], float] = time.time,
        tls: ssl.SSLContext | None = None,
        tls_port: int = 0,
        name: str = "",
        faults: Switchboard | None = None,
        findings: Findings | None = None,
        tap: Tap | None = None,
    ) -> None:
        self.reach = Reach(host, name, tls)
        self.port = port
        self.tls_port = tls_port
        self.key = key
        self.options = options or EmulatorOptions()
        self.faults = faults or Switchboard(seed=options.seed if options else None, sites=ENGINE)
        self.findings = Findings() if findings is None else findings
        self._line = SessionLine(self.faults, self.findings, event_loop_ms, tap)
        self._answers = answers
        self._wall = wall
        self._sessions_begun = 0
        self._views: deque[tuple[str, View]] = deque(maxlen=self.options.remembered_sessions)
        self._open: dict[str, Connection | PlayedConnection] = {}
        self._accepted_at: deque[float] = deque()
        self._servers: list[Server] = []
        self._connections: WeakSet[ServerConnection] = WeakSet()

    @property
    def endpoint(self) -> str:
        """What a client takes for the resource's endpoint: https where there is TLS."""
        return self.plain_endpoint if self.reach.tls is None else self.reach.url(self.tls_port, secure=True)

    @property
    def plain_endpoint(self) -> str:
        """The same over http."""
        return self.reach.url(self.port)

    async def __aenter__(self) -> Self:
        self.port = await self._listen(self.port, None)
        if self.reach.tls is not None:
            try:
                self.tls_port = await self._listen(self.tls_port, self.reach.tls)
            except UserError:
                await self.__aexit__(None, None, None)
                raise
        return self

    async def _listen(self, port: int, tls: ssl.SSLContext | None) -> int:
        """Serve at one more port; returns which it was."""
        from websockets.asyncio.server import serve

        try:
            server = await serve(
                self._serve,
                self.reach.host,
                port,
                ssl=tls,
                process_request=self._refuse,
                select_subprotocol=_subprotocol,
                compression=None,  # a laptop's loopback has bandwidth; deflating base64 noise costs more than all else here
                max_size=LARGEST_FRAME_IN,
                ping_interval=None,
                open_timeout=None,  # an opening may hang for as long as a fault says; `process_request` counts in it
                create_connection=cast(Any, self._connection),
                close_timeout=1,
                server_header="voiceagent-emulator",
            )
        except (OSError, OverflowError) as error:  # taken, not ours, no such host; a number that is no port
            raise UserError(
                f"{self.reach.host}:{port} cannot be listened on: {_reason(error)}.", remedy="Choose another port, or 0."
            ) from error
        self._servers.append(server)
        found: int = server.sockets[0].getsockname()[1]
        return found

    def _connection(self, *words: Any, **how: Any) -> ServerConnection:
        from websockets.asyncio.server import ServerConnection

        connection = ServerConnection(*words, **how)
        self._connections.add(connection)
        return connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from websockets.protocol import CONNECTING

        for server in self._servers:
            server.close()
        for connection in self._connections:
            if connection.state is CONNECTING and hasattr(connection, "transport"):
                connection.transport.abort()  # the library closes those that are open, and waits for these without end
        for server in self._servers:
            await server.wait_closed()

    def sessions(self) -> list[dict[str, Any]]:
        """All sessions, oldest first: settings, conversation as the thinker sees it, responses."""
        return [view(is_open=session_id in self._open) for session_id, view in self._views]

    async def close_session(self, session_id: str, code: int = 1011, reason: str = "") -> None:
        """Close a session's socket in an orderly way with this code."""
        await self._open[session_id].socket.close(code, reason)

    def drop_session(self, session_id: str) -> None:
        """Cut a session's connection without a close frame: the client sees 1006."""
        self._open[session_id].socket.transport.abort()

    async def _serve(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        visit = visit_of(socket.request.path, socket.request.headers, key=None)
        connection: Connection | PlayedConnection
        if isinstance(self._answers, Recorded):
            session_id, connection, view = self._played(socket, self._answers)
        else:
            session_id, connection, view = self._answering(socket, visit, self._answers())
        self._views.append((session_id, view))
        self._open[session_id] = connection
        try:
            await connection.run()
        finally:
            del self._open[session_id]

    def _answering(self, socket: ServerConnection, visit: Visit, source: AnswerSource) -> tuple[str, Connection, View]:
        import asyncio

        loop = asyncio.get_running_loop()
        state = SessionState(
            ids=self._ids_of_next(),
            offer=_offer(visit, self.options),
            expires_at=self._expires_at(),
            clock=lambda: loop.time() * 1000,
            honour_cancel_previous=self.options.honour_cancel_previous,
            late_deltas=self.options.late_deltas,
        )
        session_id = state.session["id"]
        through = self._line.through(socket, session_id)
        return session_id, Connection(through, state, source, self.options), partial(session_view, state)

    def _played(self, socket: ServerConnection, recorded: Recorded) -> tuple[str, PlayedConnection, View]:
        session_id = self._ids_of_next().session()
        playback = Playback(recorded, self._expires_at())
        through = self._line.through(socket, session_id)
        options = self.options
        connection = PlayedConnection(through, playback, session_seconds=options.session_seconds, speed=options.recorded_speed)
        return session_id, connection, partial(playback_view, session_id, playback)

    def _expires_at(self) -> int:
        return int(self._wall() + self.options.session_seconds)

    def _ids_of_next(self) -> Ids:
        """Each session has its own, so that with a seed the first is always the same, whatever goes on beside it."""
        seed = self.options.seed
        self._sessions_begun += 1
        if seed is None:
            return Ids(seed=None, wall=self._wall)
        return Ids(seed=seed * 1_000_003 + self._sessions_begun, wall=lambda: SEEDED_SECONDS + self._sessions_begun)

    async def _refuse(self, socket: ServerConnection, request: Request) -> Response | None:
        if urlsplit(request.path).path.startswith(OWN):
            return self._page(socket, request)
        if (hindered := await self._line.at_the_door(socket, request)) is not None:
            return hindered
        try:
            visit_of(request.path, request.headers, key=self.key, tokens=self.options.bearer_tokens)
        except Refused as refused:
            return socket.respond(refused.status, str(refused))
        if self._over_quota():  # unverified: vl-quota-status
            return socket.respond(http.HTTPStatus.TOO_MANY_REQUESTS, "Too many new connections in a minute.")
        return self._line.welcome(socket, request)

    def _page(self, socket: ServerConnection, request: Request) -> Response:
        """The emulator's own addresses: what it knows, for people and tests on this machine."""
        peer = socket.remote_address[0] if socket.remote_address else None
        if not self.reach.admits(peer, request.headers.get("Host", "")):
            return _json_page(socket, 403, {"error": {"message": "The emulator's own addresses are for this machine only."}})
        words = urlsplit(request.path).path.removeprefix(OWN).strip("/").split("/")
        sessions = {one["id"]: one for one in self.sessions()}
        match words:
            case [""]:
                pages = {"/emulator/health": "whether it runs", "/emulator/sessions": "all sessions, and one by its id"}
                pages |= {"/emulator/faults": "what may go wrong", "/emulator/findings": "what clients did wrong"}
                return _json_page(socket, 200, {"emulator": "voice-live", "pages": pages})
            case ["health"]:
                return _json_page(socket, 200, {"ok": True, "version": __version__, "sessions": len(self._open)})
            case ["sessions"]:
                return _json_page(socket, 200, {"sessions": list(sessions.values())})
            case ["sessions", session_id] if session_id in sessions:
                return _json_page(socket, 200, sessions[session_id])
        try:
            own = trouble.page(request.method, words, query_of(request.path), faults=self.faults, findings=self.findings)
        except UserError as error:
            return _json_page(socket, 400, {"error": {"message": str(error), "remedy": error.remedy}})
        if own is not None:
            return _json_page(socket, *own)
        return _json_page(socket, 404, {"error": {"message": f"There is no page {urlsplit(request.path).path}."}})

    def _over_quota(self) -> bool:
        quota, now = self.options.connections_per_minute, self._wall()
        while self._accepted_at and self._accepted_at[0] <= now - 60:
            self._accepted_at.popleft()
        if quota is not None and len(self._accepted_at) >= quota:
            return True
        self._accepted_at.append(now)
        return False


def _offer(visit: Visit, options: EmulatorOptions) -> Offer:
    return Offer(
        visit.model,
        visit.dialect,
        options.model_family,
        visit.agent,
        visit.project,
        visit.client_echo_reference,
    )


def _subprotocol(_: object, offered: Sequence[Subprotocol]) -> Subprotocol | None:
    """The one that one of the services requires; a client that offers none, or others, is served without."""
    return next((one for one in offered if one == "realtime"), None)


def _json_page(socket: ServerConnection, status: int, body: Mapping[str, Any]) -> Response:
    response = socket.respond(http.HTTPStatus(status), json.dumps(body) + "\n")
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "application/json"
    return response


def _reason(error: Exception) -> str:
    """Why, in the system's words; asyncio writes an essay around them."""
    if isinstance(error, OSError) and error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error).rstrip(".")
