"""What is offered where, at which monthly price, and in which towns.

Prices are those of Microsoft's published list in US dollars; capabilities follow its table of subscription eligibility, reduced
to the countries here. Area codes are a few real ones of each country, enough to choose from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

NumberType = Literal["geographic", "tollFree", "mobile"]
Assignment = Literal["person", "application"]

BOTH = "inbound+outbound"
CAPABILITIES = ("none", "inbound", "outbound", BOTH)


@dataclass(frozen=True, slots=True)
class Offering:
    """One line of a country's price list."""

    number_type: str
    assignment: str
    calling: str
    sms: str
    amount: float

    def gives(self, calling: str, sms: str) -> bool:
        """Whether these capabilities can be had."""
        return _within(calling, self.calling) and _within(sms, self.sms)


@dataclass(frozen=True, slots=True)
class Town:
    """A locality, the division of the country it is in (name, abbreviation), and its area codes."""

    name: str
    division: tuple[str, str] | None
    area_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Country:
    """`digits` is the length of a number behind the dialling code."""

    code: str
    name: str
    dialling: str
    digits: int
    offerings: tuple[Offering, ...]
    towns: tuple[Town, ...]
    toll_free_codes: tuple[str, ...]
    no_resale: bool = False

    def offering(self, number_type: str, assignment: str) -> Offering | None:
        """None when this kind of number is not had there."""
        return next((one for one in self.offerings if (one.number_type, one.assignment) == (number_type, assignment)), None)

    def area_codes(self, number_type: str, *, town: str | None = None, division: str | None = None) -> list[str]:
        """Those of a kind of number; of a town or a division only, when one is named."""
        if number_type == "tollFree":
            return list(self.toll_free_codes)
        return [code for one in self.towns_of(division) if town in (None, one.name) for code in one.area_codes]

    def towns_of(self, division: str | None) -> Iterator[Town]:
        """All towns, or those of a division by its name or its short one."""
        return (one for one in self.towns if division is None or (one.division is not None and division in one.division))


def _within(wanted: str, offered: str) -> bool:
    return wanted == "none" or offered in (BOTH, wanted)


def _bot(
    geographic: float, toll_free: float | None, *, toll_free_calling: str = BOTH, sms: str = "none"
) -> tuple[Offering, ...]:
    """The usual price list: numbers for applications, and for people at the geographic price."""
    found = [
        Offering("geographic", "application", BOTH, "none", geographic),
        Offering("geographic", "person", BOTH, "none", geographic),
    ]
    if toll_free is not None:
        found.append(Offering("tollFree", "application", toll_free_calling, sms, toll_free))
    return tuple(found)


_US = (
    Town("Seattle", ("Washington", "WA"), ("206",)),
    Town("Redmond", ("Washington", "WA"), ("425",)),
    Town("San Francisco", ("California", "CA"), ("415", "628")),
    Town("Chicago", ("Illinois", "IL"), ("312", "872")),
    Town("New York City", ("New York", "NY"), ("212", "646")),
)
_CA = (Town("Toronto", ("Ontario", "ON"), ("416", "647")), Town("Vancouver", ("British Columbia", "BC"), ("604",)))
_GB = (Town("London", None, ("20",)), Town("Manchester", None, ("161",)), Town("Leeds", None, ("113",)))
_DE = (Town("Berlin", None, ("30",)), Town("Hamburg", None, ("40",)), Town("Munich", None, ("89",)))

COUNTRIES: dict[str, Country] = {
    one.code: one
    for one in (
        Country("CA", "Canada", "1", 10, _bot(1.0, 2.0, sms=BOTH), _CA, ("833", "855")),
        Country("DE", "Germany", "49", 10, _bot(0.8, 6.0, toll_free_calling="inbound"), _DE, ("800",)),
        Country(
            "ES", "Spain", "34", 9, _bot(5.0, 20.0, toll_free_calling="inbound"), (Town("Madrid", None, ("91",)),), ("900",)
        ),
        Country("FR", "France", "33", 9, _bot(1.0, None), (Town("Paris", None, ("1",)),), (), no_resale=True),
        Country("GB", "United Kingdom", "44", 10, _bot(1.0, 2.0), _GB, ("800", "808")),
        Country(
            "IE", "Ireland", "353", 8, _bot(1.5, 19.88, toll_free_calling="inbound"), (Town("Dublin", None, ("1",)),), ("1800",)
        ),
        Country(
            "IT", "Italy", "39", 10, _bot(2.92, 23.39, toll_free_calling="inbound"), (Town("Milan", None, ("02",)),), ("800",)
        ),
        Country(
            "NL",
            "Netherlands",
            "31",
            9,
            _bot(1.5, 25.0, toll_free_calling="inbound"),
            (Town("Amsterdam", None, ("20",)),),
            ("800",),
        ),
        Country("US", "United States", "1", 10, _bot(1.0, 2.0, sms=BOTH), _US, ("833", "844", "855")),
    )
}


def country_of(number: str) -> Country | None:
    """The country of an E.164 number; of those that share a dialling code, the one that has its area code, or the last."""
    found = [one for one in COUNTRIES.values() if number.startswith(f"+{one.dialling}")]
    for one in found:
        rest = number[1 + len(one.dialling) :]
        if any(rest.startswith(code) for code in one.area_codes("geographic")):
            return one
    return found[-1] if found else None


def type_of(country: Country, number: str) -> str:
    """What kind of number this is, by how it begins."""
    rest = number[1 + len(country.dialling) :]
    return "tollFree" if country.toll_free_codes and rest.startswith(country.toll_free_codes) else "geographic"
