"""A project and an emulated subscription that the command line deploys to: the emulator runs in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.arm.options import ArmOptions
from voiceagent.emulators.arm.serve import ArmEmulator


class Running:
    """An emulated Resource Manager in a thread."""

    def __init__(self) -> None:
        self._up, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        options = ArmOptions(operation_seconds=0, retry_after_seconds=0, empty=True)
        async with AcsEmulator(options=NetworkOptions(seed=1)) as acs, ArmEmulator(acs.network, options=options) as self.arm:
            self._up.set()
            await self._stop.wait()

    def __enter__(self) -> ArmEmulator:
        self._thread.start()
        assert self._up.wait(10)
        return self.arm

    def __exit__(self, *_: Any) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A project that is deployed as an image of its own."""
    folder = tmp_path / "shop"
    folder.mkdir()
    (folder / "voiceagent.toml").write_text('[agent]\nname = "shop"\n[deploy]\nimage = "images.example/shop:1"\n')
    (folder / "prompt.md").write_text("Be brief.")
    (folder / "tools.py").write_text("")
    (folder / ".env").write_text(
        "ACS_CONNECTION_STRING=endpoint=https://line.example;accesskey=do-not-tell-1\n"
        "VOICEAGENT_EVENT_SECRET=do-not-tell-2\nAZURE_VOICELIVE_ENDPOINT=https://lab.services.ai.azure.com\n"
        "AZURE_SUBSCRIPTION_ID=00000000-0000-0000-0000-000000000001\nACS_AUDIENCE=r\n"
    )
    return folder


@pytest.fixture
def subscription(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ArmEmulator]:
    """An empty emulated subscription that the project's settings lead to; its Event Grid has nothing to point."""

    async def nothing_to_point(_: Any) -> None:
        return None

    monkeypatch.setattr("voiceagent.cloud.containers.apply.open_pointing", nothing_to_point)
    monkeypatch.setattr("voiceagent.cloud.containers.apply.why_none", lambda _: "no number is bought")
    monkeypatch.setattr("voiceagent.cloud.azure.Azure.poll_seconds", 0)
    with Running() as arm:
        monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", arm.azure_subscription)
        monkeypatch.setenv("VOICEAGENT_ARM_ENDPOINT", arm.url)
        yield arm
