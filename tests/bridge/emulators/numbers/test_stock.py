"""Numbers that can be had."""

from __future__ import annotations

from typing import Any

from voiceagent.emulators.numbers.catalog import BOTH, COUNTRIES
from voiceagent.emulators.numbers.stock import Offer, Stock

US = COUNTRIES["US"]


def draw(stock: Stock, quantity: int = 5, **more: Any) -> list[Offer]:
    wanted: dict[str, Any] = {"taken": (), "capabilities": (BOTH, "none"), **more}
    return stock.draw(US, US.offerings[0], wanted.pop("codes", ["425"]), quantity=quantity, **wanted)


def test_the_same_seed_draws_the_same_numbers() -> None:
    assert draw(Stock(1)) == draw(Stock(1)) != draw(Stock(2))


def test_numbers_are_of_the_exchange_that_nobody_has_and_all_different() -> None:
    numbers = [offer.number for offer in draw(Stock(1), 50)]
    assert len(set(numbers)) == 50
    assert all(number.startswith("+1425555") and len(number) == 12 for number in numbers)


def test_what_somebody_holds_is_not_drawn() -> None:
    held = {f"+1425555{last:04}" for last in range(10_000)} - {"+14255550007"}
    assert [offer.number for offer in draw(Stock(1), 2, taken=held, prefixes=["+1425555000"])] == ["+14255550007"]
    assert draw(Stock(1), codes=[]) == []


def test_an_offer_is_found_again_by_its_id() -> None:
    stock = Stock(1)
    (offer,) = draw(stock, 1)
    assert stock.find(offer.number[1:]) == offer
    assert stock.find("123") is None
