"""How a phone's emulator answers under its own addresses, `/emulator/…`: this machine only, errors as sentences.

Errors are `{"error": {"message": sentence, "remedy": sentence}}`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.reach import Reach
from voiceagent.errors import UserError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from voiceagent.emulators.acs.diary import Diary

Endpoint = Callable[["Request"], Awaitable["Response"]]


class Missing(Exception):
    """There is no such thing here: 404."""


def guarded(endpoint: Endpoint, reach: Reach) -> Endpoint:
    """Only this machine may ask, and not a web page that resolves some name to it. UserError and `Missing` become answers."""

    async def respond(request: Request) -> Response:
        peer = None if request.client is None else request.client.host
        if not reach.admits(peer, request.headers.get("host", "")):
            return refused(403, "The emulator's own addresses are for this machine only.")
        try:
            return await endpoint(request)
        except UserError as error:
            return refused(400, str(error), error.remedy)
        except Missing as missing:
            return refused(404, str(missing))

    return respond


async def read_body(request: Request) -> Any:
    """The JSON value that was sent. UserError when it is none."""
    try:
        return await request.json()
    except ValueError as error:
        raise UserError("The request body is not JSON.") from error


def answered(status: int, body: dict[str, Any]) -> Response:
    """A JSON object."""
    from starlette.responses import JSONResponse

    return JSONResponse(body, status_code=status)


def refused(status: int, sentence: str, remedy: str = "") -> Response:
    """An error, as a sentence."""
    return answered(status, {"error": {"message": sentence, "remedy": remedy}})


def followed(diary: Diary, changed: Callable[[], asyncio.Event]) -> Response:
    """What the diary holds and what comes into it, a line of JSON each, until it is closed.

    `changed` gives the event that the next line will set.
    """
    from starlette.responses import StreamingResponse

    return StreamingResponse(lines(diary, changed), media_type="application/x-ndjson")


async def lines(diary: Diary, changed: Callable[[], asyncio.Event]) -> AsyncIterator[bytes]:
    """The body of `followed`."""
    sent = 0
    while True:
        coming = changed()
        new = diary.lines[sent:]
        for line in new:
            yield json.dumps(line.json()).encode() + b"\n"
        sent += len(new)
        if diary.closed:
            if sent == len(diary.lines):
                return
            continue
        await coming.wait()
