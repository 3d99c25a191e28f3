"""A resource's numbers over time."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.numbers.catalog import BOTH
from voiceagent.emulators.numbers.options import NumbersOptions
from voiceagent.emulators.numbers.requests import Browse, Search
from voiceagent.emulators.numbers.state import WEEK, Numbers

TOLL_FREE = Search("tollFree", "application", BOTH, "none")
FRENCH = Search("geographic", "application", BOTH, "none")


def a_resource(**options: Any) -> Numbers:
    return Numbers(NumbersOptions(**{"operation_seconds": 1, "seed": 4, "owned": ()} | options), now=0)


def found(numbers: Numbers, wanted: Search = TOLL_FREE, country: str = "US", now: float = 0) -> str:
    """Search, and wait for it."""
    _, search_id = numbers.search(country, wanted, now)
    numbers.settle(now + 1)
    return search_id


def test_a_number_is_owned_once_the_purchase_is_done() -> None:
    numbers = a_resource()
    search_id = found(numbers)
    operation = numbers.purchase(search_id, agreed=False, now=2)
    assert (operation.status, numbers.owned) == ("running", {})
    numbers.settle(3)
    (number,) = numbers.owned
    assert (operation.status, numbers.number(number).since) == ("succeeded", 2)
    with pytest.raises(Refusal, match="was not found"):
        numbers.purchase(search_id, agreed=False, now=4)


def test_a_search_that_expired_cannot_be_bought() -> None:
    numbers = a_resource(search_seconds=10)
    operation = numbers.purchase(found(numbers), agreed=False, now=10)
    numbers.settle(11)
    assert operation.failure is not None
    assert (operation.failure[0], numbers.owned) == ("ReservationExpired", {})


def test_an_unknown_country_type_or_capability_is_refused() -> None:
    numbers = a_resource()
    for country, wanted in (("XX", TOLL_FREE), ("FR", TOLL_FREE), ("DE", TOLL_FREE)):
        with pytest.raises(Refusal):
            numbers.search(country, wanted, 0)


@pytest.mark.parametrize("nothing", [{"out_of_stock": frozenset({"US"})}, {}])
def test_a_search_without_enough_numbers_fails(nothing: dict[str, Any]) -> None:
    numbers = a_resource(**nothing)
    wanted = TOLL_FREE if nothing else Search("tollFree", "application", BOTH, "none", "999")
    operation, search_id = numbers.search("US", wanted, 0)
    numbers.settle(1)
    assert operation.failure is not None
    assert (operation.failure[0], search_id in numbers.searches) == ("OutOfStock", False)
    assert numbers.browse("US", Browse("tollFree", None, None, None), 0) == [] or not nothing


def test_azures_quotas_can_be_had() -> None:
    numbers = a_resource(searches_per_week=2, purchases_per_week=1)
    first, second = found(numbers), found(numbers)
    with pytest.raises(Refusal, match="2 searches per week"):
        numbers.search("US", TOLL_FREE, 5)
    numbers.purchase(first, agreed=False, now=5)
    with pytest.raises(Refusal, match="1 purchases per week"):
        numbers.purchase(second, agreed=False, now=6)
    numbers.search("US", TOLL_FREE, WEEK + 1)


def test_a_purchase_can_be_made_to_fail() -> None:
    numbers = a_resource(failing_purchases="NotEnoughCredit")
    operation = numbers.purchase(found(numbers), agreed=False, now=2)
    numbers.settle(3)
    assert (operation.status, numbers.owned) == ("failed", {})


def test_some_countries_want_a_promise() -> None:
    numbers = a_resource()
    search_id = found(numbers, FRENCH, "FR")
    with pytest.raises(Refusal, match="not resell"):
        numbers.purchase(search_id, agreed=False, now=2)
    assert numbers.purchase(search_id, agreed=True, now=2).status == "running"


def test_capabilities_change_within_what_is_offered_and_a_number_is_let_go() -> None:
    numbers = a_resource(owned=("+18335550100",))
    with pytest.raises(Refusal, match="no such offering"):
        a_resource(owned=("+14255550199",)).change("+14255550199", None, "inbound", 0)
    numbers.change("+18335550100", "inbound", None, 0)
    numbers.settle(1)
    assert (numbers.number("+18335550100").offer.calling, numbers.number("+18335550100").offer.sms) == ("inbound", BOTH)
    numbers.release("+18335550100", 1)
    numbers.settle(2)
    with pytest.raises(Refusal, match="was not found"):
        numbers.release("+18335550100", 3)


def test_a_number_is_reserved_for_one_at_a_time() -> None:
    numbers = a_resource()
    offers = numbers.browse("US", Browse("tollFree", None, None, None), 0)
    wanted = offers[0].offer_id
    mine, is_new = numbers.reserve("a", {wanted: {}}, 0)
    assert (is_new, list(mine.offers), mine.failed) == (True, [wanted], {})
    theirs, _ = numbers.reserve("b", {wanted: {}, "1": {}}, 0)
    assert (theirs.offers, set(theirs.failed)) == ({}, {wanted, "1"})
    numbers.reserve("a", {wanted: None}, 1)
    again, is_new = numbers.reserve("b", {wanted: {}}, 2)
    assert (is_new, list(again.offers), again.failed) == (False, [wanted], {})


def test_a_reservation_is_bought_as_a_whole_and_then_closed() -> None:
    numbers = a_resource()
    offers = numbers.browse("US", Browse("tollFree", None, None, None), 0)[:2]
    reservation, _ = numbers.reserve("a", {one.offer_id: {} for one in offers}, 0)
    numbers.purchase_reservation("a", agreed=False, now=1)
    assert reservation.stage == "submitted"
    numbers.settle(2)
    assert (reservation.stage, set(numbers.owned)) == ("completed", {one.number for one in offers})
    for use in (numbers.abandon, lambda name, now: numbers.reserve(name, {}, now)):
        with pytest.raises(Refusal, match="not active"):
            use("a", 3)


def test_an_empty_or_expired_reservation_cannot_be_bought() -> None:
    numbers = a_resource()
    numbers.reserve("a", {}, 0)
    with pytest.raises(Refusal, match="not active"):
        numbers.purchase_reservation("a", agreed=False, now=1)
    with pytest.raises(Refusal, match="not active"):
        numbers.abandon("a", 901)
    numbers.abandon("a", 1)
    with pytest.raises(Refusal, match="was not found"):
        numbers.reservation("a")
