"""`relay`: Azure Relay Hybrid Connections, with a listener of our own.

Requests and sockets are handed to the application in this process: a caller's audio takes no hop through a port of ours.
Whether Azure's telephony service takes an address with `$hc` and a query in it, nobody has confirmed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from voiceagent.errors import RemoteError, RemoteProtocolError, UserError
from voiceagent.protocol.azure_relay import (
    CONTROL_LIMIT,
    Accept,
    RelayPlace,
    Request,
    make_token,
    read_connection_string,
    read_message,
    refusing_url,
    renew_message,
    response_message,
)
from voiceagent.protocol.public_address import PublicAddress
from voiceagent.tunnels.asgi import Answer, Socket, ask, open_socket

_log = logging.getLogger(__name__)

SERVICE = "Azure Relay"
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d{1,5})?")
TOKEN_SECONDS = 3600
RENEW_SECONDS = 2700.0
"""A quarter of an hour before it expires: a clock may be off, and one renewal be lost."""
CONNECT_SECONDS = 10.0
PING_SECONDS = 5.0
ANSWER_SECONDS = 55.0
"""The relay gives up after 60."""
MOST_AT_ONCE = 500
"""Requests and sockets under way; what comes beyond is refused, as a full server would."""
MESSAGE_LIMIT = 1_114_112


def place_of(connection_string: str, path: str) -> RelayPlace:
    """The hybrid connection that the settings name. UserError for what is missing."""
    try:
        place = read_connection_string(connection_string, path)
    except ValueError as missing:
        remedy = (
            "set tunnel.relay_path to the hybrid connection's name"
            if str(missing) == "EntityPath"
            else "copy it from the Azure portal: Relay namespace, hybrid connection, Shared access policies"
        )
        raise UserError(f"AZURE_RELAY_CONNECTION_STRING has no {missing}", remedy=remedy) from None
    if not _HOST.fullmatch(place.host):  # told here, because the library would quote the whole address, and our token is in it
        raise UserError(
            f'the Endpoint in AZURE_RELAY_CONNECTION_STRING is "{place.host}", which is no host',
            remedy="it is sb://NAMESPACE.servicebus.windows.net/",
        )
    return place


class RelayLink:
    """A `Link`: the control channel, and what came over it. `listen` runs while it stands."""

    def __init__(self, place: RelayPlace, app: ASGIApp, control: ClientConnection, wall: Callable[[], float]) -> None:
        self.address = PublicAddress(place.url, place.sockets)
        self._place = place
        self._app = app
        self._control = control
        self._wall = wall
        self._under_way: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()  # an answer's text and its body must stand together
        self._ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def lost(self) -> str:
        """Wait for the end of the link, and tell why it ended."""
        return await asyncio.shield(self._ended)

    async def listen(self) -> None:
        """Take requests and sockets until the channel ends, or the task is cancelled; those under way are ended too."""
        async with asyncio.TaskGroup() as tasks:
            renewing = tasks.create_task(self._renew())
            try:
                await self._take_all(tasks)
            except ConnectionClosed:
                pass  # told below, as an orderly end is
            finally:
                renewing.cancel()
                for one in self._under_way:
                    one.cancel()
            if not self._ended.done():
                ending = f"{self._control.close_code} {self._control.close_reason or ''}".strip()
                self._ended.set_result(f"the channel to {SERVICE} ended: {ending}")

    async def _take_all(self, tasks: asyncio.TaskGroup) -> None:
        async for text in self._control:
            try:
                message = read_message(text)
            except RemoteProtocolError as error:
                _log.warning("%s", error)
                continue
            body = b""
            if isinstance(message, Request) and message.body and message.method:
                body = _bytes(await self._control.recv())
            if message is None:
                continue
            if len(self._under_way) >= MOST_AT_ONCE:
                _log.warning("%d requests are under way over %s; another is dropped", MOST_AT_ONCE, SERVICE)
                continue
            work = self._accept(message) if isinstance(message, Accept) else self._answer(message, body)
            task = tasks.create_task(self._contained(work))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with contextlib.suppress(ConnectionClosed):
                await self._control.send(renew_message(_token(self._place, self._wall)))

    async def _contained(self, work: Any) -> None:
        try:
            await work
        except (ConnectionClosed, InvalidHandshake, OSError, TimeoutError, EOFError) as error:
            _log.info("a request over %s was not brought to its end: %s", SERVICE, type(error).__name__)
        except Exception:  # the same edge, for one socket
            _log.exception("a socket over %s broke", SERVICE)

    # --- requests

    async def _answer(self, request: Request, body: bytes) -> None:
        if not request.method:
            await self._answer_elsewhere(request.address)
            return
        answer = await self._asked(request, body)
        if len(answer.body) <= CONTROL_LIMIT:
            async with self._writing:
                await _send_answer(self._control, request.id, answer)
            return
        async with dial(request.address) as elsewhere:
            await _send_answer(elsewhere, request.id, answer)
            await elsewhere.wait_closed()

    async def _answer_elsewhere(self, address: str) -> None:
        """A large request: it, and what its sender asks next over the same connection, come over a socket of their own."""
        async with dial(address) as elsewhere:
            async for text in elsewhere:
                request = read_message(text)
                if not isinstance(request, Request):
                    continue
                body = _bytes(await elsewhere.recv()) if request.body else b""
                await _send_answer(elsewhere, request.id, await self._asked(request, body))

    async def _asked(self, request: Request, body: bytes) -> Answer:
        """The application's answer. One that breaks or is late has one too: who never answers is shut out by the relay."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await ask(self._app, request.method, request.target(self._place.path), request.headers, body)
        except TimeoutError:
            return Answer(503)
        except Exception:  # the edge of one request: a defect in it must not end the calls of the others
            _log.exception("a request over %s broke", SERVICE)
            return Answer(500)

    # --- sockets

    async def _accept(self, accept: Accept) -> None:
        async with contextlib.AsyncExitStack() as stack:
            inside: list[ClientConnection] = []

            async def take() -> None:
                inside.append(await stack.enter_async_context(dial(accept.address)))

            async def deny(status: int) -> None:
                with contextlib.suppress(InvalidStatus):  # 410: the refusal arrived
                    async with dial(refusing_url(accept.address, status, "refused")):
                        pass

            async def receive() -> str | bytes | None:
                try:
                    return await inside[0].recv()
                except (ConnectionClosed, IndexError):
                    return None

            async def send(message: str | bytes) -> None:
                with contextlib.suppress(ConnectionClosed):
                    await inside[0].send(message)

            async def close(code: int, reason: str) -> None:
                await (inside[0].close(code, reason) if inside else deny(403))

            await open_socket(
                self._app, accept.target(self._place.path), accept.headers, Socket(take, deny, receive, send, close)
            )


def _bytes(message: str | bytes) -> bytes:
    return message.encode() if isinstance(message, str) else message


async def _send_answer(channel: ClientConnection, request_id: str, answer: Answer) -> None:
    await channel.send(response_message(request_id, answer.status, answer.headers, body=bool(answer.body)))
    if answer.body:
        await channel.send(answer.body)


def _token(place: RelayPlace, wall: Callable[[], float]) -> str:
    return make_token(place, int(wall()) + TOKEN_SECONDS)


def dial(url: str) -> connect:
    """A socket to the relay."""
    near = url.startswith("ws:")
    return connect(
        url,
        compression=None,
        max_size=MESSAGE_LIMIT,
        open_timeout=CONNECT_SECONDS,
        ping_interval=PING_SECONDS,
        ping_timeout=PING_SECONDS,
        close_timeout=1,
        proxy=None if near else True,
    )


@contextlib.asynccontextmanager
async def way(place: RelayPlace, app: ASGIApp, *, wall: Callable[[], float] = time.time) -> AsyncIterator[RelayLink]:
    """Listen at the hybrid connection while the block runs. RemoteError with the relay's own words when it refuses."""
    try:
        control = await dial(place.listen_url(_token(place, wall)))
    except InvalidStatus as refused:
        raise _refusal(place, refused.response.status_code) from None
    except (OSError, InvalidHandshake, TimeoutError, EOFError) as error:
        raise RemoteError(
            f"{place.host} cannot be reached: {str(error) or type(error).__name__}",
            service=SERVICE,
            remedy="is the namespace in AZURE_RELAY_CONNECTION_STRING right, and is there a way to the internet?",
        ) from None
    failure: Exception | None = None
    async with control, asyncio.TaskGroup() as tasks:
        link = RelayLink(place, app, control, wall)
        listening = tasks.create_task(link.listen())
        try:
            yield link
        except Exception as error:  # raised again below: passing the group it would be wrapped
            failure = error
        finally:
            listening.cancel()
    if failure is not None:
        raise failure


def _refusal(place: RelayPlace, status: int) -> RemoteError:
    why, remedy = {
        401: ("does not take the token", "is the key in AZURE_RELAY_CONNECTION_STRING the present one, and this clock right?"),
        403: ("does not let this key listen", "use a policy with the right Listen"),
        404: (f"has no hybrid connection {place.path}", "make it, or correct tunnel.relay_path"),
    }.get(status, ("refused to have us listen", "try again; Azure's status page may know more"))
    return RemoteError(f"{place.host} {why}", service=SERVICE, status=status, remedy=remedy)
