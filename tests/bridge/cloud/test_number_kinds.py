"""The number as a resource."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.cloud import number_kinds
from voiceagent.cloud.number_kinds import awaited, buy, find_number, find_search, suits
from voiceagent.cloud.resource import Resource
from voiceagent.config.cloud import NumberSection
from voiceagent.errors import RemoteError


def owned(number: str = "+12065550100", **more: Any) -> Any:
    capabilities = SimpleNamespace(calling=more.pop("calling", "inbound+outbound"), sms=more.pop("sms", "none"))
    usual = {"country_code": "US", "phone_number_type": "geographic", "assignment_type": "application"}
    return SimpleNamespace(phone_number=number, capabilities=capabilities, **{**usual, **more})


@pytest.mark.parametrize(
    ("number", "wish", "expected"),
    [
        (owned(), {}, True),
        (owned(), {"calling": "inbound"}, True),
        (owned(calling="inbound"), {}, False),
        (owned(), {"sms": "outbound"}, False),
        (owned(), {"country": "GB"}, False),
        (owned(), {"type": "tollFree"}, False),
        (owned(assignment_type="person"), {}, False),
        (owned(), {"area_code": "206"}, True),
        (owned(), {"area_code": "425"}, False),
    ],
)
def test_a_number_that_is_owned_suits_or_not(number: Any, wish: dict[str, Any], expected: bool) -> None:
    assert suits(number, NumberSection(**wish)) is expected


async def test_a_search_is_what_the_journal_knows_of_it() -> None:
    assert await find_search(None, Resource("search", "US", {"country": "US"})) is None  # type: ignore[arg-type]
    known = Resource("search", "US", {"country": "US", "search.id": "s"})
    assert await find_search(None, known) == {"search.id": "s"}  # type: ignore[arg-type]


async def test_a_number_is_found_exactly_or_the_one_we_bought_or_any_that_suits(world: Any) -> None:
    async with world.site() as site:
        anything = Resource("number", "US")
        assert await find_number(site.azure, anything) is None, "no resource is known to ask"
    await world.provision()
    (number,) = await world.numbers()
    async with world.site() as site:
        assert await find_number(site.azure, anything) == {"number.number": number}
        assert await find_number(site.azure, Resource("number", "x", {"exactly": number})) == {"number.number": number}
        assert await find_number(site.azure, Resource("number", "x", {"exactly": "+1999"})) is None


async def test_a_number_that_does_not_appear_is_not_waited_for_for_ever(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(number_kinds, "LOOKS", 2)
    async with world.site() as site:
        site.azure.use_acs(world.acs.connection_string)
        assert await awaited(site.azure, Resource("number", "x", {"exactly": "+1999"})) is None
        with pytest.raises(RemoteError, match="refused to buy the number"):
            await buy(site.azure, Resource("number", "US", {}, {"searchId": "none", "agreeToNotResell": False}), True)
