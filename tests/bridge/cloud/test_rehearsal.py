"""What would be sent, without sending it."""

from __future__ import annotations

from typing import Any

from voiceagent.cloud.plan import Step
from voiceagent.cloud.rehearsal import held, request_of
from voiceagent.cloud.resource import Resource

GROUP = Resource("resource_group", "g", {"group": "g"}, {"location": "x"})


async def test_the_request_is_shown_and_not_sent(world: Any) -> None:
    async with world.site() as site:
        request = await request_of(site.azure, Step("create", GROUP, "why"))
        assert request is not None
        assert (request.method, request.body) == ("PUT", {"location": "x"})
        assert request.path.startswith(f"/subscriptions/{world.arm.azure_subscription}/resourcegroups/g?")
        removal = await request_of(site.azure, Step("delete", GROUP, "why"))
        assert removal is not None
        assert (removal.method, removal.body) == ("DELETE", None)
        assert await request_of(site.azure, Step("keep", GROUP, "why")) is None
        assert await request_of(site.azure, Step("create", Resource("settings", ".env"), "why")) is None
        assert site.azure.line.watch is None
    assert world.sent() == []


async def test_what_only_asks_has_no_request(world: Any) -> None:
    async with world.site() as site:
        listing = site.azure.event_grid.system_topics.list_by_subscription()

        async def ask() -> None:
            assert [one async for one in listing] == []

        assert await held(site.azure, ask) is None
        assert site.azure.acs_endpoint == ""
