"""A call that is driven from elsewhere: `voiceagent say` and `voiceagent stop` reach it through a port of this machine.

The note in `.voiceagent/talk.json` names port and token and is readable by the user alone. One connection carries one order and
its answer, a line of JSON each.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from voiceagent.errors import RemoteError, UserError

LONGEST_ORDER = 65_536
"""Bytes: hours of speech, and a bound for whoever sends more."""
LONGEST_ANSWER = 16 * 1024 * 1024
"""Bytes: the report of a very long call."""
ORDER_SECONDS = 5.0
"""How long a connection may take to say what it wants."""
LAST_ANSWERS_SECONDS = 2.0
"""How long the end of a call waits for answers that are on their way."""
SERVICE = "voiceagent talk"

Order = Mapping[str, Any]
CarryOut = Callable[[Order], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Driven:
    """Where a call can be reached."""

    pid: int
    port: int
    token: str
    call_id: str
    kind: str


def note_path(project: Path) -> Path:
    """Where the note lies."""
    return project / ".voiceagent" / "talk.json"


@asynccontextmanager
async def driven(project: Path, *, call_id: str, kind: str, carry_out: CarryOut) -> AsyncIterator[Driven]:
    """Take orders while the block runs; an answer that is being given is given."""
    token = secrets.token_urlsafe(24)
    answering: set[asyncio.Task[Any]] = set()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        answering.add(task)
        try:
            await _serve(reader, writer, token, carry_out)
        finally:
            answering.discard(task)
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0, limit=LONGEST_ORDER)
    note = Driven(os.getpid(), server.sockets[0].getsockname()[1], token, call_id, kind)
    _write(note_path(project), note)
    try:
        yield note
    finally:
        server.close()
        if answering:
            await asyncio.wait(answering, timeout=LAST_ANSWERS_SECONDS)
        if _read(project) == note:  # a newer call of the project has a note of its own
            note_path(project).unlink(missing_ok=True)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str, carry_out: CarryOut) -> None:
    with suppress(TimeoutError, ValueError, ConnectionError):  # whoever sends no order gets no answer
        async with asyncio.timeout(ORDER_SECONDS):
            order = json.loads(await reader.readline())
        if not isinstance(order, dict) or not hmac.compare_digest(str(order.pop("token", "")).encode(), token.encode()):
            return
        try:
            answer = await carry_out(order)
        except UserError as error:
            answer = {"error": str(error), "remedy": error.remedy}
        writer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        await writer.drain()


async def drive(project: Path, order: Order) -> dict[str, Any]:
    """Send an order to the call that runs in this project and wait for the answer. UserError when none runs."""
    note = _read(project)
    if note is None:
        raise _nobody(project)
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", note.port, limit=LONGEST_ANSWER)
    except OSError:
        raise _nobody(project) from None
    try:
        writer.write(json.dumps({**order, "token": note.token}).encode() + b"\n")
        await writer.drain()
        line = await reader.readline()
    finally:
        writer.close()
    if not line:
        raise RemoteError("The call ended before it answered.", service=SERVICE, remedy="`voiceagent calls show last`")
    answer: dict[str, Any] = json.loads(line)
    if sentence := answer.get("error"):
        raise UserError(sentence, remedy=answer.get("remedy", ""))
    return answer


def _nobody(project: Path) -> UserError:
    remedy = "start one: voiceagent talk --detach --text, or --detach --no-sound for one with speech"
    return UserError(f"No call is being held in {project}.", remedy=remedy)


def _read(project: Path) -> Driven | None:
    try:
        return Driven(**json.loads(note_path(project).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(path: Path, note: Driven) -> None:
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(note)), encoding="utf-8")
    draft.replace(path)
