"""A program beside us that holds a tunnel: started, asked for the address it prints, watched, and ended with us."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from voiceagent.errors import RemoteError, UserError
from voiceagent.protocol.public_address import PublicAddress

ADDRESS_SECONDS = 30
CLOSE_SECONDS = 2.0
_REMEMBERED = 5  # lines of its last words
LINE_LIMIT = 65536


@dataclass(slots=True)
class ChildLink:
    """A `Link` that lives as long as the program. `last_words` are its latest lines."""

    address: PublicAddress
    name: str
    _process: asyncio.subprocess.Process
    last_words: deque[str] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    async def lost(self) -> str:
        """Read on, so that it is never held up by what it prints, until it ends."""
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            self.last_words.append(line.decode(errors="replace").strip())
        code = await self._process.wait()
        words = f": {self.last_words[-1]}" if self.last_words else ""
        return f"{self.name} ended with {code}{words}"


@contextlib.asynccontextmanager
async def child_link(
    program: Sequence[str],
    name: str,
    *,
    address: Callable[[str], str],
    refusal: Callable[[Sequence[str]], UserError | RemoteError],
    given: bytes = b"",
) -> AsyncIterator[ChildLink]:
    """Run the program while the block does. `given` is written to its standard input, whose end tells it that we are gone.

    `address` finds the public address in a line it prints. `refusal` makes the error of its lines when it ends before that.
    """
    process = await asyncio.create_subprocess_exec(
        *program,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is for us: calls end first
        limit=LINE_LIMIT,
    )
    try:
        assert process.stdin is not None
        process.stdin.write(given)
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        yield ChildLink(PublicAddress(await _address(process, address, refusal)), name, process)
    finally:
        await _end(process)


async def _address(
    process: asyncio.subprocess.Process,
    address: Callable[[str], str],
    refusal: Callable[[Sequence[str]], UserError | RemoteError],
) -> str:
    assert process.stdout is not None
    heard: list[str] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ADDRESS_SECONDS):
            async for raw in process.stdout:
                line = raw.decode(errors="replace").strip()
                if url := address(line):
                    return url.rstrip("/")
                heard.append(line)
    raise refusal([line for line in heard if line])


async def _end(process: asyncio.subprocess.Process) -> None:
    """Asked by the end of its input, then told, then made to."""
    assert process.stdin is not None
    process.stdin.close()
    for insist in (process.terminate, process.kill):
        with contextlib.suppress(ProcessLookupError):
            if process.returncode is None:
                insist()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await process.wait()
                return
