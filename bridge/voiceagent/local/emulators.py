"""The emulators as a child process: started, asked for the settings that lead to them, and gone when we are.

They run in a process of their own because hearing and speaking cost whole cores for moments, and the bridge must not miss a
20 ms tick meanwhile; and because that is how any other client would meet them: over the wire, through settings.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from voiceagent.errors import RemoteError, UserError

READY_SECONDS = 90
"""Loading the embedded models takes 1 to 3 s; a cold disk on a loaded machine many times that."""
LEAVE_SECONDS = 5
VOICEAGENT = (sys.executable, "-m", "voiceagent_cli")
"""Ourselves, however we were started. A process is met through its command line, also by the library."""


async def _for_ever() -> RemoteError:
    """Emulators in our own process are gone when we are."""
    never: asyncio.Future[RemoteError] = asyncio.get_running_loop().create_future()
    return await never


@dataclass(frozen=True, slots=True)
class Emulators:
    """What runs and how to reach it. `env` is what makes any voiceagent command talk to it.

    `lost` waits until it is gone, though nobody ended it, and returns how that is to be told.
    """

    env: Mapping[str, str]
    facts: Mapping[str, Any] = field(repr=False)
    lost: Callable[[], Coroutine[Any, Any, RemoteError]] = field(default=_for_ever, repr=False)

    @property
    def phone_url(self) -> str:
        """The admin API of the ACS emulator: where the dev phone is."""
        return self.env["VOICEAGENT_EMULATOR_URL"]


@asynccontextmanager
async def emulators(
    which: str,
    *,
    project: Path,
    extra: Sequence[str] = (),
    program: Sequence[str] = VOICEAGENT,
    told: Callable[[Mapping[str, Any]], None] | None = None,
) -> AsyncIterator[Emulators]:
    """Run `voiceagent emulate WHICH` until the block ends. Raises UserError when it does not come up, with its own words.

    `told` hears what their linter finds, as it happens.
    """
    asked = ("--tell-findings",) if told is not None else ()
    with tempfile.TemporaryFile() as talk:
        child = await asyncio.create_subprocess_exec(
            *program,
            *("emulate", which, "--agent", str(project), "--port", "0", "--env", "--json", "--with-parent", *asked, *extra),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=talk,
            # Ctrl-C reaches every process of the terminal's group; the emulators must outlive the calls we still wind up.
            start_new_session=True,
        )
        try:
            running = await _ready(child, talk)
            async with _listening(child, told):
                try:
                    yield running
                finally:  # after a failure as well: one that is killed cannot remove the recordings it kept
                    await _end(child)
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()


@asynccontextmanager
async def _listening(
    child: asyncio.subprocess.Process, told: Callable[[Mapping[str, Any]], None] | None
) -> AsyncIterator[None]:
    """Hand on what it says after its first line; nobody may leave that in the pipe, which would fill."""
    failure: BaseException | None = None
    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(_hand_on(child, told)) if told is not None else None
        try:
            yield
        except BaseException as error:  # raised again below, not wrapped in the group's own
            failure = error
        if listening is not None:
            listening.cancel()
    if failure is not None:
        raise failure


async def _hand_on(child: asyncio.subprocess.Process, told: Callable[[Mapping[str, Any]], None]) -> None:
    assert child.stdout is not None
    while line := await child.stdout.readline():
        with suppress(ValueError):  # the last line of one that was killed
            told(json.loads(line))


async def _ready(child: asyncio.subprocess.Process, talk: BinaryIO) -> Emulators:
    assert child.stdout is not None
    try:
        async with asyncio.timeout(READY_SECONDS):
            line = await child.stdout.readline()
    except TimeoutError:
        raise UserError(
            f"The emulators were not ready after {READY_SECONDS} s.", remedy="`voiceagent doctor` tells what is missing"
        ) from None
    if not line:
        await child.wait()
        raise refusal(talk)
    facts = json.loads(line)

    async def lost() -> RemoteError:
        return _obituary(await child.wait())

    return Emulators(env=facts["env"], facts=facts, lost=lost)


def _obituary(status: int) -> RemoteError:
    how = f"killed by {_signal(-status)}" if status < 0 else f"with exit code {status}"
    return RemoteError(
        f"Their process ended by itself ({how}).",
        service="the emulators",
        remedy="start it again; a machine short of memory kills what is large",
    )


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


async def _end(child: asyncio.subprocess.Process) -> None:
    """Closing its standard input is how the child learns that we leave, even when we are killed."""
    assert child.stdin is not None
    child.stdin.close()
    try:
        async with asyncio.timeout(LEAVE_SECONDS):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()


def refusal(talk: BinaryIO) -> UserError:
    """The child's own complaint, in its own words."""
    talk.seek(0)
    words = talk.read().decode(errors="replace").splitlines()
    sentence = next((line.split("error:", 1)[1].strip() for line in words if "error:" in line), "")
    remedy = next((line.split("try:", 1)[1].strip() for line in words if line.strip().startswith("try:")), "")
    return UserError(
        sentence or "The emulators ended before they were ready.", remedy=remedy or "`voiceagent doctor` tells what is missing"
    )
