"""A bridge in this process, with the emulators its settings call for: what `serve` and `call` have in common."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent_cli.local.emulators import emulators
from voiceagent_cli.local.need import needed
from voiceagent_cli.local.running import Running
from voiceagent_cli.project import open_project, settings_of

if TYPE_CHECKING:
    from voiceagent.server.serve import Ready


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge that is ready for calls. `emulated` names the emulators beside it: `all`, `acs`, `voice-live` or ""."""

    ready: Ready
    running: Running
    emulated: str
    stop: asyncio.Event
    """Set it to have the bridge finish its calls and end."""


@asynccontextmanager
async def bridge(
    directory: Path, *, flags: Mapping[str, Any], phone: bool = False, say: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Bridge]:
    """Serve the project while the block runs, on what its settings say and emulators for the rest.

    With `phone` the telephony side is emulated in any case. `say` hears what takes a moment. Leaving the block lets the bridge
    finish its calls.
    """
    loaded = settings_of(directory, flags=flags)
    which = needed(loaded.settings, phone=phone)
    async with AsyncExitStack() as stack:
        env: Mapping[str, str] = {}
        if which:
            say("Starting the emulators ...")
            env = (await stack.enter_async_context(emulators(which, project=directory))).env
            loaded = settings_of(directory, flags=flags, emulated=env)
        yield await stack.enter_async_context(_served(directory, loaded, which, env))


@asynccontextmanager
async def _served(directory: Path, loaded: Any, which: str, env: Mapping[str, str]) -> AsyncIterator[Bridge]:
    from voiceagent.server.serve import serve

    project = open_project(directory, loaded)
    stop, up = asyncio.Event(), asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(serve(project, on_ready=up.set_result, stop=stop))
        serving.add_done_callback(lambda _: up.done() or up.cancel())
        ready = await up
        running = Running(
            pid=os.getpid(),
            port=ready.port,
            workbench_url=ready.workbench_url,
            emulator_url=env.get("VOICEAGENT_EMULATOR_URL", ""),
            token=ready.token,
        )
        try:
            yield Bridge(ready, running, which, stop)
        finally:
            stop.set()
