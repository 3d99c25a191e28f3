"""The phone numbers of one ACS resource: what it owns, what it has searched for, what it has reserved.

Pure: every question carries the time, and what was begun earlier happens when the first question after its due time comes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.numbers import errors
from voiceagent.emulators.numbers.catalog import COUNTRIES, Country, Offering, country_of, type_of
from voiceagent.emulators.numbers.operations import Operation, Operations
from voiceagent.emulators.numbers.options import NumbersOptions
from voiceagent.emulators.numbers.requests import Browse, Search
from voiceagent.emulators.numbers.reservations import Reservation
from voiceagent.emulators.numbers.stock import Offer, Stock

WEEK = 7 * 86_400
BROWSED = 20
"""Numbers in one answer to browse."""


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a search."""

    search_id: str
    offers: tuple[Offer, ...]
    expires: float


@dataclass(frozen=True, slots=True)
class Owned:
    """A number of the resource."""

    offer: Offer
    since: float


class Numbers:
    """One resource's numbers. Refusals are raised; operations are begun and returned."""

    def __init__(self, options: NumbersOptions, now: float) -> None:
        self.options = options
        self.owned: dict[str, Owned] = {}
        self.searches: dict[str, Found] = {}
        self.reservations: dict[str, Reservation] = {}
        self.operations = Operations(options.operation_seconds)
        self._ids = Ids(None if options.seed is None else options.seed + 1)
        self._stock = Stock(options.seed)
        self._searched: list[float] = []
        self._purchased: list[float] = []
        for number in options.owned:
            self._own(_offer_of(number), now)

    def settle(self, now: float) -> None:
        """Carry out what is due."""
        self.operations.settle(now)

    # --- finding

    def browse(self, country_code: str, wanted: Browse, now: float) -> list[Offer]:
        """Numbers that could be reserved, some of every fitting kind. A Refusal for a country without numbers."""
        country = country_for(country_code)
        if country.code in self.options.out_of_stock:
            return []
        found: list[Offer] = []
        offerings = [one for one in country.offerings if wanted.takes(one)]
        for offering in offerings:
            codes = self._in_stock(country.area_codes(offering.number_type))
            found += self._stock.draw(
                country,
                offering,
                codes,
                quantity=BROWSED // len(offerings),
                taken=self._taken(now),
                capabilities=(offering.calling, offering.sms),
                prefixes=wanted.prefixes,
            )
        return found

    def search(self, country_code: str, wanted: Search, now: float) -> tuple[Operation, str]:
        """Begins a search; returns its operation and the id of the search."""
        country = country_for(country_code)
        offering = _offered(country, wanted)
        self._count(self._searched, self.options.searches_per_week, "searches", now)
        codes = [wanted.area_code] if wanted.area_code else country.area_codes(wanted.number_type)
        codes = [code for code in self._in_stock(codes) if code in country.area_codes(wanted.number_type)]
        offers: list[Offer] = []
        if country.code not in self.options.out_of_stock:
            offers = self._stock.draw(
                country,
                offering,
                codes,
                quantity=wanted.quantity,
                taken=self._taken(now),
                capabilities=(wanted.calling, wanted.sms),
            )
        search_id = self._ids.guid()
        found = Found(search_id, tuple(offers), now + self.options.search_seconds)
        failure = None if len(offers) == wanted.quantity else ("OutOfStock", "There are not enough phone numbers to be had.")
        operation = self._begin(
            "search", now, f"/availablePhoneNumbers/searchResults/{search_id}", failure, lambda: self._keep(found)
        )
        return operation, search_id

    # --- buying

    def purchase(self, search_id: str, *, agreed: bool, now: float) -> Operation:
        """Begin to buy what a search holds. A Refusal without such a search, an agreement, or a purchase left this week."""
        found = self.searches.get(search_id)
        if found is None:
            raise errors.not_found("Search", search_id)
        if not agreed and any(one.country.no_resale for one in found.offers):
            raise errors.agreement_needed()
        self._count(self._purchased, self.options.purchases_per_week, "purchases", now)
        failure = self._failing_purchase()
        if now >= found.expires:
            # unverified: number-failures
            failure = ("ReservationExpired", "The search has expired.")

        def buy() -> None:
            del self.searches[search_id]
            for offer in found.offers:
                self._own(offer, now)

        return self._begin("purchase", now, "", failure, buy)

    def purchase_reservation(self, reservation_id: str, *, agreed: bool, now: float) -> Operation:
        """Begin to buy all of a reservation. A Refusal when it is not active, or as for a search."""
        reservation = self.reservation(reservation_id)
        if not reservation.is_active(now) or not reservation.offers:
            raise errors.not_active(reservation_id)
        if reservation.no_resale and not agreed:
            raise errors.agreement_needed()
        self._count(self._purchased, self.options.purchases_per_week, "purchases", now)
        failure = self._failing_purchase()

        def buy() -> None:
            reservation.stage = "completed"
            for offer in reservation.offers.values():
                self._own(offer, now)

        if failure is None:
            reservation.stage = "submitted"
        return self._begin("reservationPurchase", now, f"/availablePhoneNumbers/reservations/{reservation_id}", failure, buy)

    # --- what is owned

    def number(self, number: str) -> Owned:
        """One of ours. A Refusal with 404 when it is not."""
        if (found := self.owned.get(number)) is None:
            raise errors.not_found("Phone number", number)
        return found

    def release(self, number: str, now: float) -> Operation:
        """Begin to give it back. A Refusal with 404 when it is not ours."""
        self.number(number)
        return self._begin("releasePhoneNumber", now, "", None, lambda: self._drop(number))

    def change(self, number: str, calling: str | None, sms: str | None, now: float) -> Operation:
        """Begin to change what it can do; None leaves it. A Refusal when the kind of number does not offer that."""
        owned = self.number(number)
        calling, sms = calling or owned.offer.calling, sms or owned.offer.sms
        if not owned.offer.offering.gives(calling, sms):
            raise errors.not_offered(f"calling {calling} and sms {sms} for {number}")

        def change() -> None:
            if number in self.owned:
                self.owned[number] = replace(owned, offer=replace(owned.offer, calling=calling, sms=sms))

        return self._begin("updatePhoneNumberCapabilities", now, f"/phoneNumbers/%2B{number[1:]}", None, change)

    # --- reserving

    def reservation(self, reservation_id: str) -> Reservation:
        """A Refusal with 404 when there is none."""
        if (found := self.reservations.get(reservation_id)) is None:
            raise errors.not_found("Reservation", reservation_id)
        return found

    def reserve(
        self, reservation_id: str, changes: Mapping[str, Mapping[str, Any] | None], now: float
    ) -> tuple[Reservation, bool]:
        """Change a reservation or make it; returns it and whether it is new."""
        reservation = self.reservations.get(reservation_id)
        is_new = reservation is None
        if reservation is None:
            reservation = self.reservations[reservation_id] = Reservation(reservation_id, now, now)
            reservation.prolong(self.options, now)
        elif not reservation.is_active(now):
            raise errors.not_active(reservation_id)
        reservation.failed = {}
        for offer_id, asked in changes.items():
            if asked is None:
                reservation.offers.pop(offer_id, None)
            else:
                self._add(reservation, offer_id, asked, now)
        reservation.prolong(self.options, now)
        return reservation, is_new

    def abandon(self, reservation_id: str, now: float) -> None:
        """Give a reservation up. A Refusal when there is none, or it is not active."""
        if not self.reservation(reservation_id).is_active(now):
            raise errors.not_active(reservation_id)
        del self.reservations[reservation_id]

    # --- within

    def _add(self, reservation: Reservation, offer_id: str, asked: Mapping[str, Any], now: float) -> None:
        offer = self._stock.find(offer_id)
        if offer_id in reservation.offers:
            return
        if offer is None or offer.number in self._taken(now):
            reservation.failed[offer_id] = asked
        else:
            reservation.offers[offer_id] = offer

    def _begin(
        self, kind: str, now: float, resource: str, failure: tuple[str, str] | None, effect: Callable[[], None]
    ) -> Operation:
        operation_id = f"{kind}_{self._ids.guid()}"
        return self.operations.begin(operation_id, kind, now, resource=resource, failure=failure, effect=effect)

    def _keep(self, found: Found) -> None:
        self.searches[found.search_id] = found

    def _own(self, offer: Offer, now: float) -> None:
        self.owned[offer.number] = Owned(offer, now)

    def _drop(self, number: str) -> None:
        self.owned.pop(number, None)

    def _taken(self, now: float) -> set[str]:
        held = {one.number for found in self.searches.values() if now < found.expires for one in found.offers}
        reserved = (reservation.holds(now) for reservation in self.reservations.values())
        return set(self.owned).union(held, *reserved)

    def _in_stock(self, area_codes: Sequence[str]) -> list[str]:
        return [code for code in area_codes if code not in self.options.out_of_stock]

    def _failing_purchase(self) -> tuple[str, str] | None:
        code = self.options.failing_purchases
        return (code, f"The purchase failed: {code}.") if code else None

    def _count(self, times: list[float], limit: int | None, what: str, now: float) -> None:
        times[:] = [one for one in times if one > now - WEEK]
        if limit is not None and len(times) >= limit:
            raise errors.over_quota(what, limit)
        times.append(now)


def country_for(code: str) -> Country:
    """A Refusal with 400 when numbers are not had there."""
    if (found := COUNTRIES.get(code.upper())) is None:
        raise errors.unknown_country(code)
    return found


def _offered(country: Country, wanted: Search) -> Offering:
    offering = country.offering(wanted.number_type, wanted.assignment)
    if offering is None or not offering.gives(wanted.calling, wanted.sms):
        raise errors.not_offered(
            f"{wanted.number_type} for {wanted.assignment} with calling {wanted.calling} and sms {wanted.sms} in {country.code}"
        )
    return offering


def _offer_of(number: str) -> Offer:
    country = country_of(number) or COUNTRIES["US"]
    offering = country.offering(type_of(country, number), "application") or country.offerings[0]
    return Offer(number, country, offering, offering.calling, offering.sms)
