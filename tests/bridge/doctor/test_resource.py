"""The resources in Azure's management; what the emulators cannot be brought to show."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.config.load import load_settings
from voiceagent.doctor import resource
from voiceagent.doctor.surroundings import Surroundings

OURS = "+14255550199"
ACS = "endpoint=https://acs.example;accesskey=Zm9v"


async def pages(*items: Any) -> AsyncIterator[Any]:
    for item in items:
        yield item


class Azure:
    """As much of Azure as the checks ask for."""

    def __init__(
        self, *, numbers: tuple[Any, ...] = (), accounts: tuple[Any, ...] = (), services: tuple[Any, ...] = ()
    ) -> None:
        self.numbers = SimpleNamespace(list_purchased_phone_numbers=lambda: pages(*numbers))
        self.ai = SimpleNamespace(accounts=SimpleNamespace(list=lambda: pages(*accounts)))
        self.acs = SimpleNamespace(communication_services=SimpleNamespace(list_by_subscription=lambda: pages(*services)))

    async def asked(self, request: Any, _: str) -> Any:
        return await request


class Around(Surroundings):
    """With that Azure."""

    opened: Azure

    async def azure(self) -> Any:
        return self.opened


def around(azure: Azure, **environ: str) -> Around:
    made = Around(Path(), load_settings(None, environ={"AZURE_SUBSCRIPTION_ID": "sub-1234", **environ}))
    made.opened = azure
    return made


def a_number(calling: str, number: str = OURS) -> Any:
    return SimpleNamespace(phone_number=number, capabilities=SimpleNamespace(calling=calling))


def an_account(name: str, location: str, domain: str = "") -> Any:
    return SimpleNamespace(name=name, location=location, properties=SimpleNamespace(custom_sub_domain_name=domain))


@pytest.mark.parametrize(
    ("owned", "environ", "code"),
    [
        ((a_number("inbound+outbound"),), {"ACS_SOURCE_PHONE_NUMBER": OURS}, ""),
        ((a_number("outbound"),), {"ACS_SOURCE_PHONE_NUMBER": OURS}, "number_no_inbound"),
        ((a_number("inbound", "+14255550100"),), {"ACS_SOURCE_PHONE_NUMBER": OURS}, "number_released"),
        ((), {}, "no_numbers"),
        ((a_number("inbound"),), {}, ""),
        (
            (a_number("inbound"),),
            {
                "ACS_SOURCE_PHONE_NUMBER": OURS,
                "VOICEAGENT_TRANSFER_TARGETS": '{"desk": {"description": "d", "phone_number": "+14255550100"}}',
            },
            "number_no_outbound",
        ),
    ],
)
async def test_the_numbers_of_the_resource(owned: tuple[Any, ...], environ: dict[str, str], code: str) -> None:
    found = await resource.numbers(around(Azure(numbers=owned), ACS_CONNECTION_STRING=ACS, **environ))
    assert found.code == code
    assert OURS not in repr(found)


@pytest.mark.parametrize(
    ("account", "model", "code"),
    [
        (an_account("v", "swedencentral"), "gpt-realtime", ""),
        (an_account("other", "West Europe", "v"), "gpt-realtime", "model_not_in_region"),
        (an_account("v", "westeurope"), "gpt-5.2", ""),
        (an_account("v", "polandcentral"), "gpt-5.2", "voice_live_not_in_region"),
        (an_account("another", "swedencentral"), "gpt-realtime", ""),
    ],
)
async def test_whether_the_model_is_where_the_resource_is(account: Any, model: str, code: str) -> None:
    environ = {"AZURE_VOICELIVE_ENDPOINT": "https://v.services.ai.azure.com", "AZURE_VOICELIVE_MODEL": model}
    assert (await resource.region(around(Azure(accounts=(account,)), **environ))).code == code


@pytest.mark.parametrize(
    ("keys_off", "given", "code"), [(True, "id-1", "acs_keys_disabled"), (False, "id-2", "audience_wrong")]
)
async def test_what_the_resource_itself_tells(keys_off: bool, given: str, code: str) -> None:
    one = SimpleNamespace(
        id="/x/acs", name="acs", host_name="acs.example", disable_local_auth=keys_off, immutable_resource_id="id-1"
    )
    one.provisioning_state = "Succeeded"
    found = await resource.communication(around(Azure(services=(one,)), ACS_CONNECTION_STRING=ACS, ACS_AUDIENCE=given))
    assert found.code == code


async def test_without_a_subscription_nobody_is_asked() -> None:
    look = Around(Path(), load_settings(None, environ={"ACS_CONNECTION_STRING": ACS}))
    assert (await resource.communication(look)).status == "skipped"
    assert (await resource.region(look)).status == "skipped"
