"""Event Grid's own tokens: wanted where an app is set, signed by that tenant, for that app."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.config.cloud import EVENT_GRID_APP
from voiceagent.config.load import load_settings
from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.arm.serve import ArmEmulator
from voiceagent.server.event_tokens import event_tokens
from voiceagent.server.tokens import Refused


def settings(**flags: str) -> Any:
    return load_settings(None, environ={}, flags={f"cloud.event_grid.{name}": value for name, value in flags.items()}).settings


async def test_a_token_of_the_tenant_for_the_app_is_taken_and_no_other() -> None:
    assert event_tokens(settings()) is None
    async with AcsEmulator() as acs, ArmEmulator(acs.network) as arm:
        tokens = event_tokens(settings(entra_tenant_id="t", entra_app_id="app", entra_authority=f"{arm.url}/"))
        assert tokens is not None
        sign, deliveries = acs.network.signer.entra_token, acs.network.deliveries
        assert deliveries.token_for is not None
        await tokens.check(f"Bearer {deliveries.token_for('t', 'app')}")
        await tokens.check(f"Bearer {sign('https://sts.windows.net/t/', 'app')}")
        await tokens.check(f"Bearer {sign('https://sts.windows.net/t/', 'app', EVENT_GRID_APP.upper())}")
        for wrong in (
            deliveries.token_for("t", "other"),
            deliveries.token_for("u", "app"),
            sign("https://x.example", "app"),
            "",
        ):
            with pytest.raises(Refused):
                await tokens.check(f"Bearer {wrong}")


@pytest.mark.parametrize("issuer", ["{0}/t/v2.0", "https://sts.windows.net/t/"])
async def test_a_token_that_another_app_of_the_tenant_got_for_ours_is_no_delivery(issuer: str) -> None:
    async with AcsEmulator() as acs, ArmEmulator(acs.network) as arm:
        sign, issuer = acs.network.signer.entra_token, issuer.format(arm.url)
        given = {"entra_tenant_id": "t", "entra_app_id": "app", "entra_authority": arm.url}
        tokens, others = event_tokens(settings(**given)), event_tokens(settings(**given, entra_sender_app_id="identity-1"))
        assert tokens is not None
        assert others is not None
        with pytest.raises(Refused, match="made for the app 'identity-1', expected 4962773b"):
            await tokens.check(f"Bearer {sign(issuer, 'app', 'identity-1')}")
        with pytest.raises(Refused, match="made for the app ''"):
            await tokens.check(f"Bearer {sign(issuer, 'app', '')}")
        await others.check(f"Bearer {sign(issuer, 'app', 'identity-1')}")
        with pytest.raises(Refused):
            await others.check(f"Bearer {sign(issuer, 'app')}")


def test_an_authority_may_be_a_bare_name_as_azures_libraries_have_it() -> None:
    tokens = event_tokens(settings(entra_tenant_id="t", entra_app_id="app", entra_authority="login.microsoftonline.us"))
    assert tokens is not None
    assert tokens._issuer[0] == "https://login.microsoftonline.us/t/v2.0"
