"""What crosses the edge of the emulators, as it is on the wire: outside of faults and the linter, told to whoever listens.

    async with AcsEmulator(tap=crossed.append) as emulator: ...

Tests hold it against the contracts of the real services. Without a tap nothing stands in the way: frames are 10,000 a second.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import httpx

Socket = Literal["media", "transcription", "voice-live"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to an emulator, and its answer. `status` is 0 when a fault kept the answer back."""

    method: str
    target: str
    """Path and query."""
    body: bytes
    status: int
    answer: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """A request of an emulator's own, to an app: a callback, an event, a handshake."""

    method: str
    url: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Crossed:
    """A frame of a WebSocket. `target` is the address that was dialled; `sent` when it is the emulator's."""

    socket: Socket
    target: str
    sent: bool
    content: str | bytes


Tap = Callable[[Asked | Told | Crossed], None]
Message = MutableMapping[str, Any]


def tapped_app(app: Any, tap: Tap | None) -> Any:
    """The ASGI app with the tap before it."""
    return app if tap is None else _TappedApp(app, tap)


def tapped_socket(socket: Any, tap: Tap | None, name: Socket, target: str) -> Any:
    """What stands for `socket` while somebody listens."""
    return socket if tap is None else _TappedSocket(socket, tap, name, target)


def hooks(tap: Tap | None) -> dict[str, list[Callable[[httpx.Request], Awaitable[None]]]]:
    """For an `httpx.AsyncClient`."""
    if tap is None:
        return {}

    async def tell(request: httpx.Request) -> None:
        tap(Told(request.method, str(request.url), await request.aread()))

    return {"request": [tell]}


class _TappedApp:
    def __init__(self, app: Any, tap: Tap) -> None:
        self._app = app
        self._tap = tap

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked, answered, status = bytearray(), bytearray(), 0

        async def read() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def write(message: Message) -> None:
            nonlocal status
            await send(message)
            status = message.get("status", status)
            answered.extend(message.get("body", b""))

        try:
            await self._app(scope, read, write)
        finally:
            query = scope["query_string"].decode("latin-1")
            target = scope["path"] + (f"?{query}" if query else "")
            self._tap(Asked(scope["method"], target, bytes(asked), status, bytes(answered)))


class _TappedSocket:
    def __init__(self, socket: Any, tap: Tap, name: Socket, target: str) -> None:
        self._socket = socket
        self._tap = tap
        self._name: Socket = name
        self._target = target

    def __getattr__(self, name: str) -> Any:
        return getattr(self._socket, name)

    async def recv(self, *words: Any, **how: Any) -> Any:
        frame = await self._socket.recv(*words, **how)
        self._tap(Crossed(self._name, self._target, False, frame))
        return frame

    async def send(self, frame: str | bytes, **how: Any) -> None:
        await self._socket.send(frame, **how)
        self._tap(Crossed(self._name, self._target, True, frame))

    def write(self, frame: bytes) -> bool:
        written: bool = self._socket.write(frame)
        if written:
            self._tap(Crossed(self._name, self._target, True, frame))
        return written
