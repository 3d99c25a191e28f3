"""The server: which paths, which credentials, which refusals before the socket opens; and the sessions there are.

Refusals come as plain HTTP answers before the upgrade, as from the real service: 404 wrong path or version, 401 wrong
credential, 400 no model, 429 too many new connections.
"""

from __future__ import annotations

import hmac
import http
import json
import os
import time
from collections import deque
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, urlsplit

from voiceagent import __version__
from voiceagent.emulators.reach import Reach
from voiceagent.emulators.voice_live.connection import Connection
from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.source import AnswerSource
from voiceagent.emulators.voice_live.state import SessionState
from voiceagent.emulators.voice_live.view import session_view
from voiceagent.errors import UserError

if TYPE_CHECKING:
    import ssl

    from websockets.asyncio.server import Server, ServerConnection
    from websockets.http11 import Request, Response

PATHS = ("/voice-live/realtime", "/voice-agent/realtime")
OWN = "/emulator"
ANY = "*"
"""Among the accepted tokens: all of them."""
SEEDED_SECONDS = 1_767_258_000.0
"""The time in the ids of seeded sessions: 2026-01-01, 9:00 UTC."""
LARGEST_FRAME_IN = 24 * 1024 * 1024
"""Above the 15 MiB an append may carry, so that the limit is answered with an `error` and not by the library's close."""


class VoiceLiveEmulator:
    """`async with VoiceLiveEmulator(Scripted([...]), key="k") as emu:` serves at `emu.endpoint` until the block ends.

    `answers` is called once for each session. Without a `key` any credential, or none, is accepted.
    """

    def __init__(
        self,
        answers: Callable[[], AnswerSource],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        key: str | None = None,
        options: EmulatorOptions | None = None,
        wall: Callable[[], float] = time.time,
        tls: ssl.SSLContext | None = None,
        tls_port: int = 0,
        name: str = "",
    ) -> None:
        self.reach = Reach(host, name, tls)
        self.port = port
        self.tls_port = tls_port
        self.key = key
        self.options = options or EmulatorOptions()
        self._answers = answers
        self._wall = wall
        self._sessions_begun = 0
        self._states: deque[SessionState] = deque(maxlen=self.options.remembered_sessions)
        self._open: dict[str, Connection] = {}
        self._accepted_at: deque[float] = deque()
        self._servers: list[Server] = []

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
                compression=None,  # a laptop's loopback has bandwidth; deflating base64 noise costs more than all else here
                max_size=LARGEST_FRAME_IN,
                ping_interval=None,
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

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.close()
        for server in self._servers:
            await server.wait_closed()

    def sessions(self) -> list[dict[str, Any]]:
        """All sessions, oldest first: settings, conversation as the thinker sees it, responses."""
        return [session_view(state, is_open=state.session["id"] in self._open) for state in self._states]

    async def close_session(self, session_id: str, code: int = 1011, reason: str = "") -> None:
        """Close a session's socket in an orderly way with this code."""
        await self._open[session_id].socket.close(code, reason)

    def drop_session(self, session_id: str) -> None:
        """Cut a session's connection without a close frame: the client sees 1006."""
        self._open[session_id].socket.transport.abort()

    async def _serve(self, socket: ServerConnection) -> None:
        import asyncio

        assert socket.request is not None
        loop = asyncio.get_running_loop()
        state = SessionState(
            ids=self._ids_of_next(),
            model=query_of(socket.request.path).get("model", "agent"),
            expires_at=int(self._wall() + self.options.session_seconds),
            clock=lambda: loop.time() * 1000,
            honour_cancel_previous=self.options.honour_cancel_previous,
            late_deltas=self.options.late_deltas,
        )
        connection = Connection(socket, state, self._answers(), self.options)
        session_id = state.session["id"]
        self._states.append(state)
        self._open[session_id] = connection
        try:
            await connection.run()
        finally:
            del self._open[session_id]

    def _ids_of_next(self) -> Ids:
        """Each session has its own, so that with a seed the first is always the same, whatever goes on beside it."""
        seed = self.options.seed
        self._sessions_begun += 1
        if seed is None:
            return Ids(seed=None, wall=self._wall)
        return Ids(seed=seed * 1_000_003 + self._sessions_begun, wall=lambda: SEEDED_SECONDS + self._sessions_begun)

    def _refuse(self, socket: ServerConnection, request: Request) -> Response | None:
        if urlsplit(request.path).path.startswith(OWN):
            return self._page(socket, request)
        refusal = refusal_of(request.path, request.headers, key=self.key, tokens=self.options.bearer_tokens)
        if refusal is None and self._over_quota():
            refusal = http.HTTPStatus.TOO_MANY_REQUESTS, "Too many new connections in a minute."
        if refusal is None:
            return None
        return socket.respond(*refusal)

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
                return _json_page(socket, 200, {"emulator": "voice-live", "pages": pages})
            case ["health"]:
                return _json_page(socket, 200, {"ok": True, "version": __version__, "sessions": len(self._open)})
            case ["sessions"]:
                return _json_page(socket, 200, {"sessions": list(sessions.values())})
            case ["sessions", session_id] if session_id in sessions:
                return _json_page(socket, 200, sessions[session_id])
        return _json_page(socket, 404, {"error": {"message": f"There is no page {urlsplit(request.path).path}."}})

    def _over_quota(self) -> bool:
        quota, now = self.options.connections_per_minute, self._wall()
        while self._accepted_at and self._accepted_at[0] <= now - 60:
            self._accepted_at.popleft()
        if quota is not None and len(self._accepted_at) >= quota:
            return True
        self._accepted_at.append(now)
        return False


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


def query_of(target: str) -> dict[str, str]:
    """The first value of each query parameter."""
    return {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}


def refusal_of(
    target: str, headers: Mapping[str, str], *, key: str | None, tokens: tuple[str, ...] = ()
) -> tuple[http.HTTPStatus, str] | None:
    """Why an upgrade request is refused; None when it is welcome."""
    query = query_of(target)
    if not urlsplit(target).path.endswith(PATHS):
        return http.HTTPStatus.NOT_FOUND, "Resource not found: the path ends in /voice-live/realtime."
    if not _authorised(query, headers, key, tokens):
        return http.HTTPStatus.UNAUTHORIZED, "Access denied due to invalid subscription key or wrong API endpoint."
    version = query.get("api-version", "")
    if not version:
        return http.HTTPStatus.BAD_REQUEST, "Missing required query parameter: api-version."
    if version == "v1":
        return http.HTTPStatus.NOT_FOUND, "api-version v1 is another dialect, which this emulator does not speak."
    if not query.get("model") and not query.get("agent-name") and not query.get("agent-id"):
        return http.HTTPStatus.BAD_REQUEST, "Missing required query parameter: model."
    return None


def _authorised(query: Mapping[str, str], headers: Mapping[str, str], key: str | None, tokens: tuple[str, ...]) -> bool:
    if key is None:
        return True
    given_key = headers.get("api-key") or query.get("api-key")
    if given_key is not None:
        return _same(given_key, key)
    kind, _, token = (headers.get("Authorization") or query.get("Authorization") or "").partition(" ")
    return kind.casefold() == "bearer" and bool(token) and (ANY in tokens or any(_same(token, one) for one in (key, *tokens)))


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
