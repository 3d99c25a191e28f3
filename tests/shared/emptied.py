"""An emulated Resource Manager in a thread, for all tests of a run: coming up and going down takes half a second each time."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.arm.options import ArmOptions
from voiceagent.emulators.arm.serve import ArmEmulator


class Running:
    """`with Running() as arm`; `empty(arm)` before each test."""

    def __enter__(self) -> ArmEmulator:
        self._up, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._up.wait(10)
        return self.arm

    def __exit__(self, *_: Any) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        options = ArmOptions(operation_seconds=0, retry_after_seconds=0, empty=True)
        async with AcsEmulator(options=NetworkOptions(seed=1)) as acs, ArmEmulator(acs.network, options=options) as self.arm:
            self._up.set()
            await self._stop.wait()


def empty(arm: ArmEmulator) -> None:
    """A subscription with nothing in it, in which nothing fails."""
    things, containers = arm.desk.things, arm.desk.containers
    assert things._registered is not None
    for one in (things.groups, things.made, things.deleted, things._registered):
        one.clear()
    for other in (containers.failing, containers.calls, containers.revisions, containers.uploads, containers.secrets):
        other.clear()
    containers.runs.clear()
