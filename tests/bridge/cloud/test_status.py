"""How everything stands."""

from __future__ import annotations

from typing import Any

from voiceagent.cloud.status import status


async def lines(world: Any) -> dict[str, tuple[str, bool]]:
    async with world.site() as site:
        found, _ = await status(site)
    return {one.kind: (one.state, one.ours) for one in found}


async def test_first_nothing_then_everything_is_there_and_ours(world: Any) -> None:
    before = await lines(world)
    assert set(before.values()) == {("missing", False)}
    await world.provision()
    async with world.site() as site:
        after, notes = await status(site)
    assert {one.state for one in after} == {"ready"}
    assert notes == ()
    shown = {one.kind: one.facts() for one in after}
    (number,) = await world.numbers()
    assert (shown["number"]["name"], shown["number"]["made_by_us"]) == (number, True)
    assert shown["event_subscription"]["detail"] == f"to {world.app.url}/events"
    assert shown["acs"]["made_by_us"]
    assert "search" not in shown


async def test_what_somebody_changed_differs(world: Any) -> None:
    await world.provision()
    world.flags["cloud.event_grid.attempts"] = 5
    assert (await lines(world))["event_subscription"] == ("differs", True)
    await world.provision()
    assert (await lines(world))["event_subscription"] == ("ready", True)
