"""How Event Grid proves itself; what a whole set-up does not show (that is in test_catalogue)."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.config.load import load_settings
from voiceagent.doctor.proof import proof
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.errors import RemoteError

SECRET = "canary-0123456789abcdef"
ACS = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Communication/communicationServices/acs"
OF_THE_RESOURCE = f"{ACS}/providers/Microsoft.EventGrid/eventSubscriptions/calls"
OF_A_TOPIC = "/subscriptions/s/resourceGroups/g/providers/Microsoft.EventGrid/systemTopics/t/eventSubscriptions/calls"


class Around(Surroundings):
    """With an Event Grid that knows one address, and who asked for it."""

    url: str | None
    asked: tuple[str, ...] = ()

    async def azure(self) -> Any:
        async def full_url(*names: str) -> Any:
            self.asked = names
            if self.url is None:
                raise RemoteError("refused", service="Azure", status=403)
            return SimpleNamespace(endpoint_url=self.url)

        async def asked(request: Any, _: str) -> Any:
            return await request

        operations = SimpleNamespace(get_full_url=full_url)
        grid = SimpleNamespace(event_subscriptions=operations, system_topic_event_subscriptions=operations)
        return SimpleNamespace(event_grid=grid, asked=asked)


def around(url: str | None, *, header: Any = None, app: str = "", resource_id: str = OF_THE_RESOURCE, **environ: str) -> Around:
    made = Around(Path(), load_settings(None, environ={"VOICEAGENT_EVENT_SECRET": SECRET, **environ}))
    made.url = url
    destination = SimpleNamespace(
        delivery_attribute_mappings=None if header is None else [header], azure_active_directory_application_id_or_uri=app
    )
    made.notes["subscription"] = SimpleNamespace(id=resource_id, name="calls", destination=destination)
    return made


HIDDEN = SimpleNamespace(name="X-Voiceagent-Secret", is_secret=True, value="Hidden")


@pytest.mark.parametrize(
    ("url", "header", "code"),
    [
        (f"https://b/events?code={SECRET}", None, ""),
        (f"https://b/events?code={SECRET}", HIDDEN, ""),
        ("https://b/events", HIDDEN, ""),
        ("https://b/events", None, "secret_header_missing"),
        ("https://b/events?code=other", HIDDEN, "secret_header_differs"),
        (None, None, ""),
        (None, HIDDEN, ""),
        (None, SimpleNamespace(name="x-voiceagent-secret", is_secret=False, value=SECRET), "secret_header_readable"),
    ],
)
async def test_the_secret_in_a_header_or_in_the_address(url: str | None, header: Any, code: str) -> None:
    found = await proof(around(url, header=header))
    assert found.code == code
    assert SECRET not in repr(found)


async def test_whose_address_is_asked_for() -> None:
    look = around("https://b/events", header=HIDDEN)
    await proof(look)
    assert look.asked == (ACS, "calls")
    look = around("https://b/events", header=HIDDEN, resource_id=OF_A_TOPIC)
    await proof(look)
    assert look.asked == ("g", "t", "calls")


@pytest.mark.parametrize(("app", "code"), [("", "entra_token_missing"), ("api://other", "entra_app_differs"), ("APP-1", "")])
async def test_a_token_of_entra(app: str, code: str) -> None:
    wanted = {"VOICEAGENT_CLOUD_EVENT_GRID_ENTRA_APP_ID": "app-1", "VOICEAGENT_CLOUD_EVENT_GRID_ENTRA_TENANT_ID": "tenant"}
    assert (await proof(around(f"https://b/events?code={SECRET}", app=app, **wanted))).code == code
