"""From an empty subscription to a number that rings: what is planned is sent, and a crash anywhere leaves the end the same."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from killers import Killed, KillerOfAll

from voiceagent.cloud.make import apply, make_plan
from voiceagent.cloud.wire import Request
from voiceagent.emulators.numbers.options import NumbersOptions
from voiceagent.errors import RemoteError, UserError

OPEN = re.compile(r"\\?\{[a-z_]+\\?\.[a-z_]+\\?\}")
KINDS = [
    *["provider"] * 4,
    "resource_group",
    "acs",
    "voice_live",
    *["role"] * 2,
    "storage_account",
    "container",
    "role",
    "container",
    "search",
    "number",
    "topic",
    "settings",
    *["event_subscription"] * 2,
]
SUBSCRIPTIONS = ["subscription/voiceagent-incoming-call", "subscription/voiceagent-recordings"]


class Killer:
    """Kills at the n-th changing request, before it is sent or after it was carried out and before anybody hears of it."""

    def __init__(self, *, before: int | None = None, after: int | None = None) -> None:
        self.before_, self.after_ = before, after
        self.count = 0

    def before(self, request: Request) -> None:
        self.count += 1
        if self.count == self.before_:
            raise Killed

    def after(self, request: Request, status: int, headers: Mapping[str, str]) -> None:
        if self.count == self.after_:
            raise Killed


def same(planned: Any, sent: Any) -> bool:
    """Whether a planned value is what was sent; open places stand for anything, hidden ones for something."""
    if isinstance(planned, dict):
        return isinstance(sent, dict) and planned.keys() == sent.keys() and all(same(planned[k], sent[k]) for k in planned)
    if isinstance(planned, list):
        return isinstance(sent, list) and len(planned) == len(sent) and all(map(same, planned, sent))
    if isinstance(planned, str) and isinstance(sent, str):
        pattern = OPEN.sub(lambda _: ".+", re.escape(planned)).replace(re.escape("(hidden)"), ".+")
        return re.fullmatch(pattern, sent) is not None
    return bool(planned == sent)


async def test_everything_is_made_from_nothing_once(world: Any) -> None:
    planned = await world.provision()
    assert [step.resource.kind for step in planned.plan.steps] == KINDS
    assert {step.action for step in planned.plan.steps} == {"create"}
    assert len(await world.numbers()) == 1
    again = await world.provision()
    assert again.plan.changes == [], [step.why for step in again.plan.changes]
    assert len(await world.numbers()) == 1


async def test_what_the_plan_shows_is_what_is_sent(world: Any) -> None:
    async with world.site() as site:
        planned = await make_plan(site)
        assert world.sent() == [], "a plan changes nothing"
        await apply(site, planned)
    shown = [step.request.facts() for step in planned.plan.changes if step.request is not None]
    sent = world.sent()
    assert len(shown) == len(sent) == 18
    for planned_one, (method, target, body) in zip(shown, sent, strict=True):
        assert planned_one["method"] == method
        assert same(planned_one["path"], target.replace("%7B", "{")), (planned_one["path"], target)
        assert same(planned_one["body"], body), (planned_one["body"], body)


async def test_a_call_to_the_number_rings_at_the_bridge_through_the_subscription(world: Any) -> None:
    await world.provision()
    (number,) = await world.numbers()
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{world.acs.url}/emulator/calls", json={"to": number, "hang_up_after": False})
        assert answer.status_code == 201, answer.text
        event = await world.app.events.get()
        assert event["data"]["to"]["phoneNumber"]["value"] == number
        assert world.app.event_headers[-1]["x-voiceagent-secret"] == str.__str__(world.settings().acs.event_secret)
        await http.post(f"{world.acs.url}/emulator/calls", json={"to": "+14255550111"})
        assert world.app.events.empty(), "calls of another number are not announced here"


FEW = {"cloud.make": ["number", "events"], "cloud.event_grid.dead_letters": False}
"""A call and nothing else: 2 providers, group, resource, search, purchase, topic, subscription."""


@pytest.mark.parametrize(
    ("flags", "requests"), [(FEW, 8), pytest.param({}, 18, marks=pytest.mark.call)], ids=["a-call", "everything"]
)
async def test_killed_at_every_request_it_ends_the_same_with_one_number(
    make_world: Any, flags: dict[str, Any], requests: int
) -> None:
    async with make_world(**flags) as world:
        killer, done = KillerOfAll(), False
        while not done:
            try:
                await world.provision(watch=killer)
                done = True
            except Killed:
                pass
        assert len(killer.killed) == 2 * requests, "before and after each"
        assert len(await world.numbers()) == 1
        assert len([target for _, target, _ in world.sent() if ":purchase" in target]) == 1
        assert SUBSCRIPTIONS[0] in world.things()
        things = world.things()
        assert world.acs.key in (world.project / ".env").read_text(), "the bridge knows how to reach what an earlier run made"
        assert (await world.provision()).plan.changes == []
        assert world.things() == things


async def test_calls_that_are_announced_already_are_not_said_to_be_nobodys(world: Any) -> None:
    await world.provision()
    async with world.site(url="") as site:
        notes = (await make_plan(site)).plan.notes
    assert any(note.startswith("Calls are announced to http") for note in notes), notes
    assert not any("no public address" in note for note in notes)


async def test_what_the_settings_lack_later_is_written_beside_what_was_written_before(world: Any) -> None:
    await world.provision()
    env = world.project / ".env"
    env.write_text("".join(line for line in env.read_text().splitlines(keepends=True) if world.acs.key not in line))
    planned = await world.provision()
    assert [step.why for step in planned.plan.changes] == ["differs: ACS_CONNECTION_STRING"]
    assert world.acs.key in env.read_text()


@pytest.mark.parametrize("at", ["search", "purchase"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_around_what_costs_money_one_number_is_bought(world: Any, at: str, when: str) -> None:
    number = 14 if at == "search" else 15
    with pytest.raises(Killed):
        await world.provision(watch=Killer(**{when: number}))
    assert f":{at}" in world.sent()[-1][1] or when == "before"
    await world.provision()
    assert len(await world.numbers()) == 1
    assert len([1 for _, target, _ in world.sent() if ":purchase" in target]) == 1
    searches = len([1 for _, target, _ in world.sent() if ":search" in target])
    assert searches == (2 if (at, when) == ("search", "after") else 1), "a search whose result was seen is not made again"


async def test_nothing_secret_is_planned_or_journalled(world: Any) -> None:
    planned = await world.provision()
    settings = world.settings()
    secrets = [str.__str__(settings.acs.event_secret), world.acs.key]
    shown = json.dumps(planned.plan.facts()) + (world.project / ".voiceagent" / "provision.jsonl").read_text()
    assert not [secret for secret in secrets if secret in shown]
    assert all(secret in (world.project / ".env").read_text() for secret in secrets)
    assert (world.project / ".env").stat().st_mode & 0o077 == 0


async def test_without_a_public_address_everything_but_the_subscriptions_is_made(world: Any) -> None:
    planned = await world.provision(url="")
    assert [step.resource.kind for step in planned.plan.steps][-2:] == ["topic", "settings"]
    assert "no public address is known" in planned.plan.notes[-1]
    later = await world.provision()
    assert [step.resource.kind for step in later.plan.changes] == ["event_subscription"] * 2


async def test_an_address_that_is_no_bridge_is_told_before_anything_is_subscribed(world: Any) -> None:
    world.reached = type(world.reached)("nobody answers there", "start it")
    with pytest.raises(RemoteError, match="nobody answers there") as failed:
        await world.provision()
    assert failed.value.remedy == "start it"
    assert not [one for one in world.things() if one.startswith("subscription/")]
    world.reached = type(world.reached)()
    await world.provision()
    assert len([one for one in world.things() if one.startswith("subscription/")]) == 2


async def test_the_price_is_the_offers_as_soon_as_it_can_be_asked(world: Any) -> None:
    async with world.site() as site:
        (before,) = (await make_plan(site)).plan.costs
    assert (before.amount, before.is_list_price, before.minutes["inbound"]) == (1.0, True, 0.0085)
    with pytest.raises(Killed):
        await world.provision(watch=Killer(before=13))
    async with world.site() as site:
        planned = await make_plan(site)
    (after,) = planned.plan.costs
    assert (after.amount, after.is_list_price) == (1.0, False)
    assert "closed to new customers" in planned.plan.notes[0]
    assert "1 of 5" in planned.plan.notes[1]


async def test_a_number_dearer_than_the_plan_said_is_not_bought(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from voiceagent.emulators.numbers import catalog

    us = catalog.COUNTRIES["US"]
    dear = replace(us, offerings=tuple(replace(one, amount=9.0) for one in us.offerings))
    monkeypatch.setitem(catalog.COUNTRIES, "US", dear)
    with pytest.raises(UserError, match=r"costs 9\.00 USD"):
        await world.provision()
    assert await world.numbers() == []
    planned = await world.provision()
    assert next(step for step in planned.plan.steps if step.resource.kind == "search").action == "keep"
    assert planned.plan.costs[0].amount == 9.0
    assert len(await world.numbers()) == 1


async def test_a_country_whose_buyers_must_not_resell_asks_for_that(make_world: Any) -> None:
    async with make_world(**{"cloud.number.country": "FR"}) as world:
        with pytest.raises(UserError, match="not to resell"):
            await world.provision()
        world.flags["cloud.number.no_resale"] = True
        await world.provision()
        assert [number[:3] for number in await world.numbers()] == ["+33"]


async def test_a_tenant_that_cannot_buy_is_told_plainly_and_the_rest_stands(make_world: Any) -> None:
    options = NumbersOptions(owned=(), operation_seconds=0, failing_purchases="AuthorizationDenied")
    async with make_world(numbers=options) as world:
        with pytest.raises(RemoteError, match="cannot buy phone numbers") as told:
            await world.provision()
        assert all(choice in told.value.remedy for choice in ("Teams Phone Extensibility", "Twilio", "emulated phone"))
        assert "acs" in world.things()


async def test_a_number_that_is_owned_is_used_and_not_bought(make_world: Any) -> None:
    async with make_world(numbers=NumbersOptions(operation_seconds=0)) as world:
        with pytest.raises(Killed):
            await world.provision(watch=Killer(before=7))
        planned = await world.provision()
        numbers = [step for step in planned.plan.steps if step.resource.kind in ("search", "number")]
        assert [step.action for step in numbers] == ["keep"]
        assert await world.numbers() == ["+14255550199"]
        assert str.__str__(world.settings().acs.phone_number) == "+14255550199"


async def test_with_everything_but_a_call_left_out_only_that_is_made(make_world: Any) -> None:
    async with make_world(**{"cloud.make": ["number"]}) as world:
        await world.provision()
        assert [one for one in world.things() if "/" in one] == ["group/voiceagent-rg"]
        assert len(await world.numbers()) == 1


async def test_with_an_app_of_entra_each_delivery_carries_a_token(make_world: Any) -> None:
    flags = {
        "cloud.event_grid.entra_tenant_id": "t",
        "cloud.event_grid.entra_app_id": "app",
        "cloud.make": ["number", "events"],
    }
    async with make_world(**flags) as world:
        await world.provision()
        (number,) = await world.numbers()
        async with httpx.AsyncClient() as http:
            await http.post(f"{world.acs.url}/emulator/calls", json={"to": number, "hang_up_after": False})
        await world.app.events.get()
        assert world.app.event_headers[-1]["authorization"].startswith("Bearer ey")
