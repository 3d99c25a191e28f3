"""Subscriptions are made for endpoints that answer, and a refusal is explained."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud.handshake import CAUSES, cause, consented, proved
from voiceagent.cloud.names import names_of
from voiceagent.cloud.resource import filled
from voiceagent.cloud.subscriptions import incoming
from voiceagent.errors import RemoteError


def wanted(world: Any, url: str) -> Any:
    settings = world.settings()
    resource = incoming(settings, names_of(settings.cloud), url=url, secret="s3cret", number="+1")
    return filled(resource, {"topic.group": "voiceagent-rg", "topic.name": "voiceagent-calls"})


async def test_the_probe_is_given_the_bridges_address_and_the_secret(world: Any) -> None:
    await proved(wanted(world, world.app.url), world.probe)
    assert world.crossed[-1] == ("probe", world.app.url, True)
    world.reached = type(world.reached)("it redirects", "")
    with pytest.raises(RemoteError, match="it redirects") as told:
        await proved(wanted(world, world.app.url), world.probe)
    assert "start `voiceagent serve` with a tunnel" in told.value.remedy
    assert "s3cret" not in str(told.value)


async def test_nobody_there_is_tried_three_times_and_then_told(world: Any) -> None:
    await world.provision(url="")
    before = len(world.sent())
    async with world.site() as site:
        with pytest.raises(RemoteError, match="within 3 tries: nobody answers there"):
            await consented(site.azure, wanted(world, "http://127.0.0.1:1"))
    assert len(world.sent()) == before + 3


async def test_an_answer_without_the_code_is_no_consent(world: Any) -> None:
    """What stands before the bridge answers 200 to everything: nothing would ever be delivered."""
    await world.provision(url="")
    resource = wanted(world, f"{world.acs.url}/emulator/subscription?x=")
    async with world.site() as site:
        with pytest.raises(RemoteError):
            await consented(site.azure, resource)


async def test_any_other_refusal_is_not_tried_again(world: Any) -> None:
    before = len(world.sent())
    async with world.site() as site:
        with pytest.raises(RemoteError, match="was not found"):
            await consented(site.azure, wanted(world, world.app.url))
    assert len(world.sent()) == before + 1


@pytest.mark.parametrize(("word", "meaning"), CAUSES)
def test_every_cause_is_told_by_its_word(word: str, meaning: str) -> None:
    assert cause(f"Webhook validation handshake failed ({word.upper()})") == meaning


def test_a_message_that_nobody_knows_is_shown() -> None:
    assert cause("Something new.") == "Something new."
