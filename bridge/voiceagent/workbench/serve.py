"""The private listener as a running thing: always on 127.0.0.1, on a port of its own, with a token made at each start."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from voiceagent.errors import UserError
from voiceagent.observe.feed import Feed
from voiceagent.observe.report import ReportSink
from voiceagent.observe.store import ReportStore
from voiceagent.workbench.app import Dial, Door, build_workbench

if TYPE_CHECKING:
    import uvicorn

HOST = "127.0.0.1"
_SHUTDOWN_SECONDS = 2


class Workbench:
    """`async with Workbench(…) as workbench:` serves until the block is left; the feed is closed with it."""

    def __init__(
        self,
        *,
        reports: ReportSink,
        feed: Feed,
        store: ReportStore | None = None,
        dial: Dial | None = None,
        port: int = 0,
        token: str | None = None,
    ) -> None:
        self.token = token or secrets.token_urlsafe(24)
        self.port = port
        self._feed = feed
        self._app = build_workbench(reports=reports, feed=feed, store=store, token=self.token, dial=dial)
        self._group = asyncio.TaskGroup()

    @property
    def url(self) -> str:
        """Where programs find it (with the token as bearer)."""
        return f"http://{HOST}:{self.port}"

    @property
    def page_url(self) -> str:
        """What to open in a browser; signs it in."""
        return f"{self.url}/?token={self.token}"

    async def __aenter__(self) -> Workbench:
        self._listening = _listen(self.port)
        self.port = self._listening.getsockname()[1]
        self._server = _server(self._app)
        await self._group.__aenter__()
        self._group.create_task(self._server.serve([self._listening]))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._feed.close()
        self._server.should_exit = True
        try:
            await self._group.__aexit__(kind, error, trace)
        finally:
            self._listening.close()  # the server does it at its ordinary end, but not when it is cancelled


def _server(app: Door) -> uvicorn.Server:
    import uvicorn

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """The process's signals belong to its main program."""
            yield

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    return Server(config)


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        listening.close()
        raise UserError(f"port {port} of {HOST} is taken", remedy="choose another one; 0 means any free port") from error
    listening.listen(64)
    return listening
