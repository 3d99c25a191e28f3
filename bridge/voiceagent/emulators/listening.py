"""Ports and the servers behind them: uvicorn inside the loop of whoever runs the emulators."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.reach import Reach
from voiceagent.errors import UserError

if TYPE_CHECKING:
    import ssl


@contextmanager
def listening_at(host: str, port: int) -> Iterator[socket.socket]:
    """A bound socket; UserError when the port cannot be had."""
    # The protocol is named because asyncio switches Nagle's delay off only where it reads TCP: 40 ms a request otherwise.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise UserError(
            f"{host}:{port} cannot be listened on: {getattr(error, 'strerror', None) or error}.",
            remedy="Choose another port, or 0.",
        ) from error
    try:
        yield listening
    finally:
        listening.close()


@contextmanager
def doors(reach: Reach, port: int, tls_port: int) -> Iterator[list[tuple[socket.socket, ssl.SSLContext | None]]]:
    """The plain port, and the one for TLS if the reach has it."""
    with listening_at(reach.host, port) as plain:
        if reach.tls is None:
            yield [(plain, None)]
            return
        with listening_at(reach.host, tls_port) as secure:
            yield [(plain, None), (secure, reach.tls)]


def ports(opened: list[tuple[socket.socket, ssl.SSLContext | None]]) -> tuple[int, int]:
    """The plain port and the secure one, 0 when there is none."""
    found = [listening.getsockname()[1] for listening, _ in opened]
    return found[0], found[1] if len(found) > 1 else 0


@asynccontextmanager
async def serving(
    app: Any, opened: list[tuple[socket.socket, ssl.SSLContext | None]], tasks: asyncio.TaskGroup
) -> AsyncIterator[None]:
    """The app behind all of these doors, until the block ends."""
    async with AsyncExitStack() as entered:
        for listening, tls in opened:
            await entered.enter_async_context(_serving(app, listening, tls, tasks))
        yield


@asynccontextmanager
async def _serving(
    app: Any, listening: socket.socket, tls: ssl.SSLContext | None, tasks: asyncio.TaskGroup
) -> AsyncIterator[None]:
    """uvicorn in this event loop, without its signal handling: whoever runs the loop decides when it ends."""
    import uvicorn

    from voiceagent.emulators.faults.http import cuttable_protocol

    started = asyncio.Event()

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started.set()

    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        http=cuttable_protocol(),
        timeout_graceful_shutdown=1,
        ssl_context_factory=None if tls is None else lambda *_: tls,
    )
    server = Server(config)
    running = tasks.create_task(server.serve([listening]))
    await started.wait()
    try:
        yield
    finally:
        server.should_exit = True
        await running
