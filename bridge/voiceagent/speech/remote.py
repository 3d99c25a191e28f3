"""Parts that are somewhere else: blocking requests that end when nobody wants their result any more.

Ear and voice block a thread of ours; that must not last as long as a server takes once the caller has interrupted.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from voiceagent.errors import RemoteError
from voiceagent.speech.port import Cancelled
from voiceagent.trust import authorities

if TYPE_CHECKING:
    import httpx

_Result = TypeVar("_Result")

LOOK_SECONDS = 0.05
"""How often it is asked whether the result is still wanted."""
PIECE_BYTES = 4_800
"""100 ms at 24 kHz: sound is passed on in pieces of that, so that a reply begins with the first."""
AHEAD_PIECES = 600
"""A minute of sound: so much is fetched before it is listened to."""


@dataclass(frozen=True, slots=True)
class Request:
    """One POST. `files` and `form` make a multipart body, `json` or `content` another."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = None
    content: bytes | None = None
    form: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes, str]] | None = None


class Remote:
    """One server. `service` is its name for people; `transport` stands in for the network in tests."""

    def __init__(
        self, service: str, *, timeout_seconds: float, remedy: str, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._service = service
        self._timeout = timeout_seconds
        self._remedy = remedy
        self._transport = transport

    def ask(self, request: Request, cancelled: Cancelled) -> bytes | None:
        """The whole answer, or None when it was cancelled. Raises RemoteError."""
        return asyncio.run(_unless(lambda: self._whole(request), cancelled))

    def listen(self, request: Request, cancelled: Cancelled) -> Iterator[bytes]:
        """The answer as it comes, in pieces of whole samples; ends early when cancelled. Raises RemoteError.

        Of a server that is further ahead than AHEAD_PIECES nothing is read until there is room: no sound may be left out.
        """
        pieces: queue.Queue[bytes | BaseException | None] = queue.Queue(AHEAD_PIECES)
        stopped = threading.Event()

        def unwanted() -> bool:
            return stopped.is_set() or cancelled()

        def hand_over(piece: bytes | BaseException | None) -> None:
            while not unwanted():
                with contextlib.suppress(queue.Full):
                    pieces.put(piece, timeout=LOOK_SECONDS)
                    return

        def fetch() -> None:
            async def all_of_it() -> None:
                async for piece in self._stream(request):
                    hand_over(piece)

            try:
                asyncio.run(_unless(all_of_it, unwanted))
            except BaseException as error:  # whoever listens raises it, in the thread that asked
                hand_over(error)
            else:
                hand_over(None)

        fetching = threading.Thread(target=fetch, name="voiceagent-fetch", daemon=True)
        fetching.start()
        try:
            while not cancelled():
                try:
                    piece = pieces.get(timeout=LOOK_SECONDS)
                except queue.Empty:
                    continue
                if piece is None:
                    return
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        finally:
            stopped.set()

    async def _whole(self, request: Request) -> bytes:
        return b"".join([piece async for piece in self._stream(request)])

    async def _stream(self, request: Request) -> AsyncIterator[bytes]:
        import httpx

        try:
            async with (
                httpx.AsyncClient(timeout=self._timeout, verify=authorities(), transport=self._transport) as http,
                http.stream(
                    "POST",
                    request.url,
                    headers=dict(request.headers),
                    json=request.json,
                    content=request.content,
                    data=request.form and dict(request.form),
                    files=request.files and dict(request.files),
                ) as answer,
            ):
                if answer.status_code >= 400:
                    raise self._refused(answer, (await answer.aread()).decode(errors="replace"))
                async for piece in answer.aiter_bytes(PIECE_BYTES):
                    yield piece
        except httpx.HTTPError as error:
            raise RemoteError(
                f"{self._service} did not answer: {type(error).__name__}", service=self._service, remedy=self._remedy
            ) from error

    def _refused(self, answer: httpx.Response, words: str) -> RemoteError:
        return RemoteError(
            f"{self._service} refused with status {answer.status_code}: {words[:200]}",
            service=self._service,
            status=answer.status_code,
            request_id=answer.headers.get("x-request-id", ""),
            remedy=self._remedy,
        )


async def _unless(work: Callable[[], Awaitable[_Result]], cancelled: Cancelled) -> _Result | None:
    """The result of the work, or None as soon as it is not wanted. Raises what the work raises."""

    async def working() -> tuple[_Result | None, RemoteError | None]:
        try:
            return await work(), None
        except RemoteError as error:  # carried out of the group, which would wrap it
            return None, error

    async def looking() -> None:
        while not cancelled():  # noqa: ASYNC110 - asked of another thread
            await asyncio.sleep(LOOK_SECONDS)

    async with asyncio.TaskGroup() as tasks:
        wanted, unwanted = tasks.create_task(working()), tasks.create_task(looking())
        await asyncio.wait((wanted, unwanted), return_when=asyncio.FIRST_COMPLETED)
        unwanted.cancel()
        wanted.cancel()
    if wanted.cancelled():
        return None
    result, refusal = wanted.result()
    if refusal is not None:
        raise refusal
    return result
