"""A sound set-up that a test breaks in one place: emulators of all services, a bridge, and a subscription between them."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from voiceagent.agent.init import write_project
from voiceagent.config.load import load_settings
from voiceagent.doctor.catalogue import CHECKS
from voiceagent.doctor.check import examine
from voiceagent.doctor.finding import Checked
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.emulators.together import OUR_NUMBER, Emulators
from voiceagent.errors import UserError
from voiceagent.testing.backstage import Kept

SECRET = "canary-event-secret-0123456789"
SUBSCRIPTION = "calls"
OF_THE_MACHINE = ("model weights", "sound devices", "versions")
"""Checks that no setting changes, and that take their time."""


@dataclass(slots=True)
class House:
    """Everything that runs. `env` are the settings of a sound set-up."""

    emulators: Emulators
    port: int
    env: Mapping[str, str]
    folder: Path

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def subscriptions(self) -> dict[str, Any]:
        assert self.emulators.arm is not None
        return self.emulators.arm.desk.resources.subscriptions


@dataclass(slots=True)
class Setup:
    """One test's own view of the house: change what you like, then `look`."""

    house: House
    directory: Path
    env: dict[str, str]
    options: dict[str, Any] = field(default_factory=dict)

    def edit(self, change: Callable[[dict[str, Any]], None]) -> None:
        """Change the properties of the subscription, as they are kept."""
        for one in self.house.subscriptions.values():
            properties = copy.deepcopy(dict(one.properties))
            change(properties)
            one.properties = properties

    async def look(self, **more: Any) -> list[Checked]:
        """What the doctor finds."""
        try:
            loaded: Any = load_settings(self.directory, environ=self.env)
        except UserError as error:
            loaded = error
        async with Surroundings(self.directory, loaded, **self.options, **more) as around:
            return await examine([check for check in CHECKS if check.name not in OF_THE_MACHINE], around)


@asynccontextmanager
async def _house(folder: Path) -> AsyncIterator[House]:
    from azure.mgmt.eventgrid.models import (
        EventSubscription,
        EventSubscriptionFilter,
        RetryPolicy,
        StaticDeliveryAttributeMapping,
        StringInAdvancedFilter,
        WebHookEventSubscriptionDestination,
    )

    from voiceagent.agent.project import load_project
    from voiceagent.cloud.azure import open_azure
    from voiceagent.server.serve import Ready, serve

    write_project(folder)
    async with Emulators("all", answers="scripted", seed=7) as emulators:
        env = {**emulators.env(), "VOICEAGENT_EVENT_SECRET": SECRET, "PORT": "0"}
        del env["VOICEAGENT_EMULATOR_URL"]
        stop, up = asyncio.Event(), asyncio.get_running_loop().create_future()
        settings = load_settings(folder, environ=env).settings
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(serve(load_project(folder, settings), on_ready=up.set_result, stop=stop))
            ready: Ready = await up
            house = House(emulators, ready.port, {**env, "VOICEAGENT_PUBLIC_URL": f"http://127.0.0.1:{ready.port}"}, folder)
            assert emulators.acs is not None
            async with open_azure(settings) as azure:
                wanted = EventSubscription(
                    destination=WebHookEventSubscriptionDestination(
                        endpoint_url=f"{house.public_url}/events",
                        delivery_attribute_mappings=[
                            StaticDeliveryAttributeMapping(name="x-voiceagent-secret", value=SECRET, is_secret=True)
                        ],
                    ),
                    filter=EventSubscriptionFilter(
                        included_event_types=["Microsoft.Communication.IncomingCall"],
                        advanced_filters=[StringInAdvancedFilter(key="data.to.phoneNumber.value", values=[OUR_NUMBER])],
                    ),
                    retry_policy=RetryPolicy(max_delivery_attempts=2, event_time_to_live_in_minutes=1),
                )
                poller = await azure.event_grid.event_subscriptions.begin_create_or_update(
                    emulators.acs.network.topic, SUBSCRIPTION, wanted
                )
                await poller.result()
            yield house
            stop.set()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        with Kept(lambda: _house(tmp_path_factory.mktemp("house") / "project")) as running:
            yield running


@pytest.fixture
def setup(house: House, tmp_path: Path) -> Iterator[Setup]:
    """Sound, until the test changes something; put back afterwards."""
    write_project(tmp_path / "demo")
    assert house.emulators.arm is not None
    things = house.emulators.arm.desk.things
    made = dict(things.made)
    before = {key: (one, one.properties, one.state, one.target) for key, one in house.subscriptions.items()}
    yield Setup(house, tmp_path / "demo", dict(house.env))
    house.emulators.faults.clear()
    house.subscriptions.clear()
    things.made = made
    for key, (one, properties, state, target) in before.items():
        one.properties, one.state, one.target = properties, state, target
        house.subscriptions[key] = one
