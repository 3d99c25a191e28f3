"""Numbers that can be had: drawn from a seeded source, remembered under their id, never offered twice to two customers.

North American numbers are drawn from exchange 555, which no subscriber has.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

from voiceagent.emulators.numbers.catalog import Country, Offering

REMEMBERED = 5_000
"""Numbers shown to somebody that can still be reserved by their id, the oldest are forgotten."""

TRIES = 200
"""Draws until one is free and has a wanted beginning."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A number as it can be bought."""

    number: str
    country: Country
    offering: Offering
    calling: str
    sms: str

    @property
    def offer_id(self) -> str:
        """What the service calls a number that nobody owns yet."""
        return self.number.removeprefix("+")


class Stock:
    """Draws numbers; `taken` are those somebody holds."""

    def __init__(self, seed: int | None) -> None:
        self._random = Random(seed)  # noqa: S311 - repeatable on purpose
        self._shown: OrderedDict[str, Offer] = OrderedDict()

    def find(self, offer_id: str) -> Offer | None:
        """A number that was shown before; None when it was not."""
        return self._shown.get(offer_id)

    def draw(
        self,
        country: Country,
        offering: Offering,
        area_codes: Sequence[str],
        *,
        quantity: int,
        taken: Collection[str],
        capabilities: tuple[str, str],
        prefixes: Sequence[str] = (),
    ) -> list[Offer]:
        """As many offers as there are, up to `quantity`, all different."""
        found: dict[str, Offer] = {}
        for _ in range(TRIES * quantity):
            if len(found) == quantity or not area_codes:
                break
            number = self._number(country, self._random.choice(area_codes), prefixes)
            if number not in taken and (not prefixes or any(number[1:].startswith(one.lstrip("+")) for one in prefixes)):
                found[number] = Offer(number, country, offering, *capabilities)
        for offer in found.values():
            self._remember(offer)
        return list(found.values())

    def _number(self, country: Country, area_code: str, prefixes: Sequence[str]) -> str:
        begin = f"{area_code}555" if country.dialling == "1" else area_code
        start = f"{country.dialling}{begin}"
        for wanted in (one.lstrip("+") for one in prefixes):
            if wanted.startswith(start):
                start = wanted
        length = len(country.dialling) + country.digits
        rest = "".join(str(self._random.randrange(10)) for _ in range(length - len(start)))
        return f"+{start}{rest}"

    def _remember(self, offer: Offer) -> None:
        self._shown[offer.offer_id] = offer
        while len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)
