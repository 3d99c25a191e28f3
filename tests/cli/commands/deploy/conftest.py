"""A project and an emulated subscription that the command line deploys to: the emulator runs in a thread of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import emptied
import pytest

from voiceagent.emulators.arm.serve import ArmEmulator


@pytest.fixture(scope="session")
def resource_manager() -> Iterator[ArmEmulator]:
    """For all tests."""
    with emptied.Running() as arm:
        yield arm


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
def subscription(resource_manager: ArmEmulator, shop: Path, monkeypatch: pytest.MonkeyPatch) -> ArmEmulator:
    """An empty emulated subscription that the project's settings lead to; its Event Grid has nothing to point."""

    async def nothing_to_point(_: Any) -> None:
        return None

    monkeypatch.setattr("voiceagent.cloud.containers.apply.open_pointing", nothing_to_point)
    monkeypatch.setattr("voiceagent.cloud.containers.apply.why_none", lambda _: "no number is bought")
    monkeypatch.setattr("voiceagent.cloud.azure.Azure.poll_seconds", 0)
    emptied.empty(resource_manager)
    monkeypatch.setenv("AZURE_SUBSCRIPTION_ID", resource_manager.azure_subscription)
    monkeypatch.setenv("VOICEAGENT_ARM_ENDPOINT", resource_manager.url)
    return resource_manager
