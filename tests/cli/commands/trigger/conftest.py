"""An ACS emulator that runs beside the command line, as `voiceagent emulate` does in another terminal."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.serve import AcsEmulator


@pytest.fixture
def emulator() -> Iterator[AcsEmulator]:
    ready: Future[tuple[AcsEmulator, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run() -> None:
        async with AcsEmulator(options=NetworkOptions(seed=3)) as running:
            stop = asyncio.Event()
            ready.set_result((running, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    running, loop, stop = ready.result(20)
    yield running
    loop.call_soon_threadsafe(stop.set)
    thread.join(20)
