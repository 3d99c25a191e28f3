"""Numbers held for a while."""

from __future__ import annotations

from voiceagent.emulators.numbers.catalog import BOTH, COUNTRIES
from voiceagent.emulators.numbers.options import NumbersOptions
from voiceagent.emulators.numbers.reservations import Reservation
from voiceagent.emulators.numbers.stock import Offer

FRENCH = Offer("+33123456789", COUNTRIES["FR"], COUNTRIES["FR"].offerings[0], BOTH, "none")


def test_a_change_prolongs_it_but_not_beyond_two_hours() -> None:
    reservation = Reservation("r", created=0, expires=0)
    reservation.prolong(NumbersOptions(), 100)
    assert reservation.expires == 1_000
    reservation.prolong(NumbersOptions(), 7_000)
    assert reservation.expires == 7_200


def test_it_holds_its_numbers_until_it_expires() -> None:
    reservation = Reservation("r", created=0, expires=10, offers={FRENCH.offer_id: FRENCH})
    assert (reservation.status(9), reservation.holds(9)) == ("active", {FRENCH.number})
    assert (reservation.status(10), reservation.holds(10)) == ("expired", frozenset())
    reservation.stage = "submitted"
    assert (reservation.status(10), reservation.holds(10)) == ("submitted", {FRENCH.number})


def test_some_countries_want_a_promise_not_to_resell() -> None:
    assert Reservation("r", 0, 10, {"1": FRENCH}).no_resale
    assert not Reservation("r", 0, 10).no_resale
