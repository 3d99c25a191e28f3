"""A project whose settings can be deployed, and an emulated subscription to deploy it to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import emptied
import pytest

from voiceagent.cloud.azure import open_azure
from voiceagent.cloud.containers.apply import apply
from voiceagent.cloud.containers.plan import look
from voiceagent.cloud.containers.wanted import wanted
from voiceagent.config.load import Loaded, load_settings
from voiceagent.emulators.arm.serve import ArmEmulator
from voiceagent.errors import RemoteError

SECRETS = {
    "ACS_CONNECTION_STRING": "endpoint=https://line.example;accesskey=do-not-tell-1",
    "VOICEAGENT_EVENT_SECRET": "do-not-tell-2",
}
ENVIRONMENT = {
    **SECRETS,
    "AZURE_VOICELIVE_ENDPOINT": "https://lab.services.ai.azure.com",
    "AZURE_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000001",
    "ACS_AUDIENCE": "the-resource",
}

Load = Callable[..., Loaded]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with what must stay at home."""
    folder = tmp_path / "shop"
    for name, content in {
        "voiceagent.toml": '[agent]\nname = "shop"\n',
        "prompt.md": "Be brief.",
        "tools.py": "",
        "data/prices.csv": "chair,10",
        ".env": "CRM_KEY=do-not-tell-1",
        "captures/call.jsonl.gz": "do-not-tell-3",
        "__pycache__/tools.pyc": "",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


@pytest.fixture
def loading(project: Path) -> Load:
    """The settings of the project, with more of its file (`deploy={...}`) and of its environment."""

    def load(environ: dict[str, str] | None = None, **sections: dict[str, Any]) -> Loaded:
        lines = ['[agent]\nname = "shop"']
        for section, values in sections.items():
            lines += [f"[{section}]", *(f"{name} = {_toml(value)}" for name, value in values.items())]
        (project / "voiceagent.toml").write_text("\n".join(lines))
        return load_settings(project, environ={**ENVIRONMENT, **(environ or {})})

    return load


def _toml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value).replace("'", '"')


@pytest.fixture
def wanting(loading: Load) -> Any:
    """What such settings want."""
    return lambda environ=None, **sections: wanted(loading(environ, **sections))


class Pointed:
    """Where Event Grid announces calls."""

    def __init__(self, *, fails: bool = False) -> None:
        self.urls = ["https://laptop.example"]
        self.closed = False
        self._fails = fails

    async def point(self, url: str) -> None:
        self.urls.append(url)
        if self._fails:
            raise RemoteError("refused the address", service="Event Grid", code="Url validation")

    async def restore(self) -> None:
        self.urls.append(self.urls[0])

    async def close(self) -> None:
        self.closed = True


def _with_image(sections: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {**sections, "deploy": {"image": "images.example/shop:1", **sections.get("deploy", {})}}


class Subscription:
    """An emulated subscription, and deployments to it."""

    def __init__(self, arm: ArmEmulator, loading: Load, project: Path) -> None:
        self.arm, self.project, self._loading = arm, project, loading
        self.said: list[str] = []
        self.pointed = Pointed()

    def load(self, environ: dict[str, str] | None = None, **sections: dict[str, Any]) -> Loaded:
        there = {"AZURE_SUBSCRIPTION_ID": self.arm.azure_subscription, "VOICEAGENT_ARM_ENDPOINT": self.arm.url}
        return self._loading({**there, **(environ or {})}, **sections)

    @property
    def containers(self) -> Any:
        return self.arm.desk.containers

    async def apply(
        self, environ: dict[str, str] | None = None, *, builds: bool = False, watch: Any = None, **sections: dict[str, Any]
    ) -> Any:
        """Deploy; an image that is there already unless the test `builds` one. `watch` sees what is sent."""
        loaded = self.load(environ, **(sections if builds else _with_image(sections)))

        async def pointing(_: Any) -> Any:
            return self.pointed

        async with open_azure(loaded.settings) as azure:
            deployment = await look(azure, self.project, loaded)
            azure.line.watch = watch
            return await apply(azure, deployment, say=self.said.append, pointing=pointing)

    async def steps(self, *, builds: bool = False, **sections: dict[str, Any]) -> list[Any]:
        loaded = self.load(**(sections if builds else _with_image(sections)))
        async with open_azure(loaded.settings) as azure:
            return (await look(azure, self.project, loaded)).steps()

    def body(self, ending: str) -> dict[str, Any]:
        """The resource whose id ends so."""
        found: dict[str, Any] = next(body for key, body in self.arm.desk.things.made.items() if key.endswith(ending.lower()))
        return found


@pytest.fixture(scope="session")
def resource_manager() -> Iterator[ArmEmulator]:
    """For all tests."""
    with emptied.Running() as arm:
        yield arm


@pytest.fixture
def subscribing(resource_manager: ArmEmulator, loading: Load, project: Path, monkeypatch: pytest.MonkeyPatch) -> Subscription:
    """An empty subscription, in which nothing takes its time."""
    monkeypatch.setattr("voiceagent.cloud.azure.Azure.poll_seconds", 0)
    monkeypatch.setattr("voiceagent.cloud.containers.revisions.LOOK_SECONDS", 0)
    emptied.empty(resource_manager)
    return Subscription(resource_manager, loading, project)
