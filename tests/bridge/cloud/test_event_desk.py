"""Ours pointed to a bridge by hand."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud.event_desk import point
from voiceagent.errors import RemoteError, UserError


async def test_pointing_tells_where_they_were(world: Any, make_app: Any) -> None:
    await world.provision()
    async with make_app() as other:
        async with world.site(url=other.url) as site:
            assert await point(site) == world.app.url
        world.reached = type(world.reached)("nobody answers there", "")
        async with world.site(url=world.app.url) as site:
            with pytest.raises(RemoteError, match="nobody answers there"):
                await point(site)


async def test_without_anything_to_point_it_says_what_to_do(world: Any) -> None:
    async with world.site() as site:
        with pytest.raises(UserError, match="no Communication Services resource is set"):
            await point(site)
