"""What we made goes, and nothing else; interrupted it goes on where it stopped."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from killers import Killed, KillerOfAll

from voiceagent.cloud.remove import plan_removal, remove


async def destroy(world: Any, watch: Any = None) -> Any:
    async with world.site(watch=watch) as site:
        plan = await plan_removal(site)
        await remove(site, plan)
        return plan


async def test_nothing_is_left(world: Any) -> None:
    (world.project / ".env").write_text("MINE=1\n")
    await world.provision()
    sent = len(world.sent())
    plan = await destroy(world)
    assert world.things() == []
    assert await world.numbers() == []
    assert (world.project / ".env").read_text() == "MINE=1\n"
    assert [step.resource.kind for step in plan.steps] == [
        "event_subscription",
        "event_subscription",
        "settings",
        "topic",
        "number",
        "container",
        "role",
        "container",
        "storage_account",
        "role",
        "role",
        "voice_live",
        "purge",
        "acs",
        "resource_group",
    ]
    shown = [(step.request.method, step.request.path) for step in plan.steps if step.request is not None]
    assert [(method, unquote(path)) for method, path in shown] == [(method, path) for method, path, _ in world.sent()[sent:]]
    assert (await destroy(world)).steps == ()
    assert not (world.project / ".env").read_text().count("voiceagent")


FEW = {"cloud.make": ["number", "events"], "cloud.event_grid.dead_letters": False}


@pytest.mark.parametrize(
    ("flags", "requests"), [(FEW, 5), pytest.param({}, 14, marks=pytest.mark.call)], ids=["a-call", "everything"]
)
async def test_killed_at_every_request_nothing_is_left_either(make_world: Any, flags: dict[str, Any], requests: int) -> None:
    async with make_world(**flags) as world:
        await world.provision()
        killer, done = KillerOfAll(), False
        while not done:
            try:
                await destroy(world, killer)
                done = True
            except Killed:
                pass
        assert len(killer.killed) == 2 * requests
        assert (world.things(), await world.numbers()) == ([], [])
        assert not (world.project / ".env").exists(), "there was none before us"


async def test_what_was_there_before_us_and_what_others_put_beside_it_stays(world: Any) -> None:
    desk = world.arm.desk
    desk.things.put_group("voiceagent-rg", {"location": "westeurope"})
    await world.provision()
    plan = await destroy(world)
    assert "resource_group" not in [step.resource.kind for step in plan.steps]
    assert world.things() == ["group/voiceagent-rg"]


async def test_a_group_of_ours_with_something_of_theirs_is_left_and_told(world: Any) -> None:
    from voiceagent.emulators.arm.things import take_apart

    await world.provision()
    desk = world.arm.desk
    theirs = f"/subscriptions/{desk.azure}/resourceGroups/voiceagent-rg/providers/Microsoft.KeyVault/vaults/theirs"
    at = take_apart(theirs, "PUT")
    assert at is not None
    desk.things.register("Microsoft.KeyVault")
    desk.things.put(at, {})
    plan = await destroy(world)
    assert plan.notes == ("The group voiceagent-rg also holds theirs, which we did not make, so it is left.",)
    assert world.things() == ["Microsoft.KeyVault/vaults/theirs", "group/voiceagent-rg"]


async def test_after_it_everything_can_be_made_again(world: Any) -> None:
    await world.provision()
    await destroy(world)
    await world.provision()
    assert len(await world.numbers()) == 1


async def test_a_subscription_that_a_bridge_left_behind_goes_too(world: Any) -> None:
    """Killed with its tunnel, so it could neither put it back nor remove it; the journal never knew of it."""
    from voiceagent.cloud.pointing import open_pointing

    world.flags["cloud.event_grid.at"] = "resource"
    await world.provision()
    (world.project / ".voiceagent" / "provision.jsonl").unlink()
    pointing = await open_pointing(world.settings())
    assert pointing is not None
    await pointing.close()
    plan = await destroy(world)
    assert [step.resource.kind for step in plan.steps] == ["event_subscription", "event_subscription"]
    assert not [one for one in world.things() if one.startswith("subscription/")]
