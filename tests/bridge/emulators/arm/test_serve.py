"""The Resource Manager as a server."""

from __future__ import annotations

import httpx
import pytest

from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.arm.serve import ArmEmulator
from voiceagent.errors import UserError


async def test_it_listens_while_the_block_runs() -> None:
    async with AcsEmulator() as acs:
        async with ArmEmulator(acs.network) as arm, httpx.AsyncClient() as http:
            assert arm.resource_group == "emulated"
            assert acs.network.topic.startswith(f"/subscriptions/{arm.azure_subscription}/")
            assert (await http.get(arm.identity_endpoint)).status_code == 401
        async with httpx.AsyncClient() as http:
            with pytest.raises(httpx.ConnectError):
                await http.get(arm.url)


async def test_a_port_that_is_taken_is_told() -> None:
    async with AcsEmulator() as acs:
        with pytest.raises(UserError, match="cannot be listened on"):
            async with ArmEmulator(acs.network, port=acs.port):
                pass
