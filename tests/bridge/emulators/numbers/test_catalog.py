"""What is offered where."""

from __future__ import annotations

import pytest

from voiceagent.emulators.numbers.catalog import BOTH, COUNTRIES, country_of, type_of


def test_every_offering_has_area_codes_to_draw_from() -> None:
    for country in COUNTRIES.values():
        for offering in country.offerings:
            assert country.area_codes(offering.number_type), (country.code, offering)


@pytest.mark.parametrize(
    ("code", "number_type", "amount"),
    [("US", "geographic", 1.0), ("US", "tollFree", 2.0), ("DE", "geographic", 0.8), ("IT", "tollFree", 23.39)],
)
def test_prices_are_the_published_ones(code: str, number_type: str, amount: float) -> None:
    offering = COUNTRIES[code].offering(number_type, "application")
    assert offering is not None
    assert offering.amount == amount


def test_an_offering_gives_what_it_has_and_less() -> None:
    toll_free = COUNTRIES["DE"].offering("tollFree", "application")
    assert toll_free is not None
    assert toll_free.gives("inbound", "none")
    assert not toll_free.gives(BOTH, "none")
    assert not toll_free.gives("inbound", "outbound")
    assert COUNTRIES["FR"].offering("tollFree", "application") is None


def test_towns_are_found_by_either_name_of_their_division() -> None:
    for division in ("Washington", "WA"):
        assert [town.name for town in COUNTRIES["US"].towns_of(division)] == ["Seattle", "Redmond"]
    assert COUNTRIES["US"].area_codes("geographic", town="Redmond", division="WA") == ["425"]


@pytest.mark.parametrize(
    ("number", "code", "number_type"),
    [
        ("+14255550199", "US", "geographic"),
        ("+14165550100", "CA", "geographic"),
        ("+18335550100", "US", "tollFree"),
        ("+498001234567", "DE", "tollFree"),
    ],
)
def test_a_number_tells_its_country_and_type(number: str, code: str, number_type: str) -> None:
    country = country_of(number)
    assert country is not None
    assert (country.code, type_of(country, number)) == (code, number_type)


def test_a_number_of_no_country_here_has_none() -> None:
    assert country_of("+81312345678") is None
