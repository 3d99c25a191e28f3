"""Clients from settings: the emulators and Azure by the same code, and a sentence for what is not set."""

from __future__ import annotations

import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

from voiceagent.cloud.azure import EmulatedCredential, open_azure
from voiceagent.config.load import load_settings
from voiceagent.config.schema import Settings
from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.arm.serve import ArmEmulator
from voiceagent.errors import RemoteError, UserError


def settings(**environ: str) -> Settings:
    return load_settings(None, environ=environ).settings


async def test_every_client_reaches_the_emulators_over_plain_http() -> None:
    async with AcsEmulator() as acs, ArmEmulator(acs.network) as arm:
        named = settings(
            VOICEAGENT_ARM_ENDPOINT=arm.url,
            AZURE_SUBSCRIPTION_ID=arm.azure_subscription,
            ACS_CONNECTION_STRING=acs.connection_string,
        )
        async with open_azure(named) as azure:
            found = await azure.acs.communication_services.get(arm.resource_group, acs.network.topic.rsplit("/", 1)[-1])
            assert found.immutable_resource_id == acs.resource_id
            assert [one async for one in azure.event_grid.system_topics.list_by_subscription()] == []
            assert [one.phone_number async for one in azure.numbers.list_purchased_phone_numbers()] == ["+14255550199"]
            with pytest.raises(RemoteError, match="refused to look at the group nobody"):
                await azure.asked(azure.resources.resource_groups.get("nobody"), "look at the group nobody")


async def test_numbers_are_asked_of_a_resource_that_was_found_meanwhile() -> None:
    async with AcsEmulator() as acs, open_azure(settings(VOICEAGENT_ARM_ENDPOINT="http://127.0.0.1:1")) as azure:
        with pytest.raises(UserError, match="No Communication Services resource is known"):
            _ = azure.numbers
        azure.use_acs(acs.connection_string)
        assert azure.acs_endpoint == acs.url
        assert len([one async for one in azure.numbers.list_purchased_phone_numbers()]) == 1


async def test_without_a_subscription_nothing_is_asked() -> None:
    async with open_azure(settings(VOICEAGENT_ARM_ENDPOINT="http://127.0.0.1:1")) as azure:
        with pytest.raises(UserError, match=r"cloud\.subscription_id"):
            _ = azure.acs


async def test_a_token_is_never_sent_over_http_to_another_machine() -> None:
    with pytest.raises(UserError, match="over https alone"):
        async with open_azure(settings(VOICEAGENT_ARM_ENDPOINT="http://arm.example")):
            pass


async def test_silence_and_refusals_become_remote_errors() -> None:
    async def fails(error: Exception) -> None:
        raise error

    async with open_azure(settings(), credential=EmulatedCredential()) as azure:
        with pytest.raises(RemoteError, match="could not be reached to look"):
            await azure.asked(fails(ServiceRequestError("no route")), "look")
        with pytest.raises(RemoteError, match="nobody is signed in to look"):
            await azure.asked(fails(ClientAuthenticationError("no credential")), "look")
        assert (await azure.credential.get_token("x")).token == "emulated"


async def test_a_connection_string_of_another_form_is_refused() -> None:
    with pytest.raises(UserError, match="accesskey=KEY"):
        async with open_azure(settings(ACS_CONNECTION_STRING="endpoint=nowhere"), credential=EmulatedCredential()):
            pass
