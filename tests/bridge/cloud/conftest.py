"""An empty Azure subscription on this machine, a bridge's public edge to subscribe, and what crossed the emulators' edge."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fake_app
import httpx
import pytest

from voiceagent.cloud.azure import open_azure
from voiceagent.cloud.make import Planned, Site, apply, make_plan
from voiceagent.cloud.wire import Watch, changes
from voiceagent.config.load import load_settings
from voiceagent.config.schema import Settings
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.arm.options import ArmOptions
from voiceagent.emulators.arm.serve import ArmEmulator
from voiceagent.emulators.numbers.options import NumbersOptions
from voiceagent.emulators.tap import Asked


@dataclass(frozen=True)
class Found:
    """What a probe tells: all is well, or what is wrong."""

    sentence: str = ""
    remedy: str = ""


@dataclass
class World:
    """The subscription. `settings` reads the project as the next command would."""

    acs: AcsEmulator
    arm: ArmEmulator
    app: Any
    project: Path
    crossed: list[Any] = field(repr=False)
    flags: dict[str, Any] = field(default_factory=dict)
    reached: Found = Found()
    now: float = field(default_factory=time.time)  # the emulators' own, for a search expires by it

    @property
    def environ(self) -> dict[str, str]:
        return {"VOICEAGENT_ARM_ENDPOINT": self.arm.url, "AZURE_SUBSCRIPTION_ID": self.arm.azure_subscription}

    def settings(self) -> Settings:
        return load_settings(self.project, environ=self.environ, flags=self.flags).settings

    async def probe(self, where: str, *, secret: str = "") -> Found:
        self.crossed.append(("probe", where, bool(secret)))
        return self.reached

    @asynccontextmanager
    async def site(self, *, url: str = "here", watch: Watch | None = None) -> AsyncIterator[Site]:
        """Where a command works, with the settings as they are now."""
        async with open_azure(self.settings(), credential=Signed()) as azure:  # type: ignore[arg-type]  # all of it that is used
            where = self.app.url if url == "here" else url
            yield Site(azure, self.project, self.probe, url=where, now=lambda: self.now, watch=watch)

    async def provision(self, *, url: str = "here", watch: Watch | None = None) -> Planned:
        """`provision apply` with everything agreed to; returns the plan that was carried out."""
        async with self.site(url=url, watch=watch) as site:
            planned = await make_plan(site)
            await apply(site, planned)
            return planned

    def sent(self) -> list[tuple[str, str, Any]]:
        """What was asked of Azure that changes something, as it came over the wire."""
        return [
            (one.method, one.target, json.loads(one.body) if one.body else None)
            for one in self.crossed
            if isinstance(one, Asked) and changes(one.method, f"http://arm{one.target}") and "/emulator" not in one.target
        ]

    async def numbers(self) -> list[str]:
        """The numbers that the resource owns."""
        async with httpx.AsyncClient() as http:
            found = (await http.get(f"{self.acs.url}/emulator/numbers")).json()
        return [one["phoneNumber"] for one in found["owned"]]

    def things(self) -> list[str]:
        """Everything in the subscription, by type and name."""
        desk = self.arm.desk
        shown = [f"{body['type']}/{body['name']}" for body in desk.things.made.values()]
        shown += [f"group/{name}" for name in desk.things.groups]
        shown += [f"topic/{one.name}" for one in desk.resources.topics.values()]
        shown += [f"subscription/{one.name}" for one in desk.resources.subscriptions.values()]
        shown += [f"deleted/{body['name']}" for body in desk.things.deleted.values()]
        return sorted(shown if desk.acs is None else [*shown, "acs"])


class Signed:
    """A token that tells who holds it, as Entra's do."""

    async def get_token(self, *_: str, **__: Any) -> Any:
        from base64 import urlsafe_b64encode

        from azure.core.credentials import AccessToken

        claims = urlsafe_b64encode(json.dumps({"oid": "11111111-1111-4111-8111-111111111111"}).encode()).decode().rstrip("=")
        return AccessToken(f"e30.{claims}.sig", 4_000_000_000)

    async def close(self) -> None:
        pass


@asynccontextmanager
async def a_world(folder: Path, *, numbers: NumbersOptions | None = None, **flags: Any) -> AsyncIterator[World]:
    crossed: list[Any] = []
    (folder / "voiceagent.toml").write_text('[agent]\nname = "test"\n')
    async with (
        fake_app.FakeApp().running() as app,
        AcsEmulator(
            options=NetworkOptions(seed=7, event_grid_scale=0.0001),
            numbers=numbers or NumbersOptions(owned=(), operation_seconds=0, seed=7),
            voice=fake_app.FakeVoice,
            tap=crossed.append,
        ) as acs,
        ArmEmulator(acs.network, options=ArmOptions(operation_seconds=0, retry_after_seconds=0, empty=True)) as arm,
    ):
        yield World(acs, arm, app, folder, crossed, dict(flags))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as found:
        yield found


@pytest.fixture
def make_world(tmp_path: Path) -> Callable[..., Any]:
    """A world of another make."""
    return lambda **more: a_world(tmp_path, **more)


@pytest.fixture
def make_app() -> Callable[..., Any]:
    """A bridge's public edge, for another address."""
    return lambda: fake_app.FakeApp().running()
