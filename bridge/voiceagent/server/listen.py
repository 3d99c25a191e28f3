"""The listening socket and uvicorn behind it, started and stopped from within our own task group."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.types import ASGIApp

from voiceagent.errors import UserError
from voiceagent.server.handshake import ServerProtocol
from voiceagent.server.short_path import MEDIA_FRAME_LIMIT, MediaServerProtocol

_BACKLOG = 1024  # a herd of calls opens its sockets within a second
_SHUTDOWN_SECONDS = 2


class _Server(uvicorn.Server):
    """Leaves the process's signals to the command line, which lets calls end first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. UserError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named because asyncio switches Nagle's delay off only where it reads TCP; uvloop does so anyhow.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise UserError(
            f"bridge.port {port} on {host} cannot be used: {error.strerror}",
            remedy="stop what uses it, or choose another with --port (0 takes any free one)",
        ) from None
    listening.setblocking(False)
    return listening


def url_of(host: str, port: int) -> str:
    """Where this machine reaches a listener of ours; one on all addresses is reached on the loopback."""
    name = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


@contextlib.asynccontextmanager
async def listening(app: ASGIApp, where: socket.socket, *, short_path: bool) -> AsyncIterator[None]:
    """Serve `app` on the socket while the block runs."""
    config = uvicorn.Config(
        app,
        loop="none",
        ws=MediaServerProtocol if short_path else ServerProtocol,
        ws_per_message_deflate=False,  # 100 µs a frame
        ws_max_size=MEDIA_FRAME_LIMIT,
        lifespan="off",
        log_config=None,
        log_level="warning",  # at info uvicorn logs paths, and paths carry tokens
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_SHUTDOWN_SECONDS,
    )
    server = _Server(config)
    failure: Exception | None = None
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(server.serve(sockets=[where]))
        try:
            yield
        except Exception as error:  # raised below: the group would cancel the server, which then leaves its sockets open
            failure = error
        finally:
            server.should_exit = True
    if failure is not None:
        raise failure
