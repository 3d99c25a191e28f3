"""One thing that is wanted in Azure: what it is called, where it is, how it is made, what must hold of it, what it costs. Pure.

Values that only Azure can tell stand as `{acs.principal_id}` in paths and bodies, and are filled in as they become known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar, cast

Kind = Literal[
    "provider",
    "resource_group",
    "acs",
    "voice_live",
    "storage_account",
    "container",
    "role",
    "purge",
    "search",
    "number",
    "topic",
    "settings",
    "event_subscription",
]
Known = Mapping[str, str]
Filled = TypeVar("Filled")

_OPEN = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Cost:
    """What something costs while it is there, and a minute of calls: `inbound`, and `outbound` at the least.

    `is_list_price`: of a published list, for the service could not be asked yet.
    """

    amount: float
    currency: str = "USD"
    per: str = "month"
    minutes: Mapping[str, float] = field(default_factory=dict)
    is_list_price: bool = False

    def facts(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "amount": self.amount,
            "currency": self.currency,
            "per": self.per,
            "per_minute": dict(self.minutes),
            "list_price": self.is_list_price,
        }

    def words(self) -> str:
        """For people: `1.00 USD a month, inbound 0.0085 a minute`."""
        words = {"inbound": "inbound {:g} a minute", "outbound": "outbound from {:g} a minute"}
        rates = [words[way].format(rate) for way, rate in self.minutes.items()]
        return ", ".join([f"{self.amount:.2f} {self.currency} a {self.per}", *rates])


@dataclass(frozen=True, slots=True)
class Resource:
    """`at` is how the SDK is told where it is; `body` what it is made with; `must` the part of it that is compared with what
    is found; `gives` what will be known of it once it is made, as far as we choose it ourselves."""

    kind: Kind
    name: str
    at: Known = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    must: Mapping[str, Any] = field(default_factory=dict, repr=False)
    cost: Cost | None = None
    gives: Known = field(default_factory=dict)
    is_given: bool = False
    """Named in the settings: it must be there, and is never made or removed by us."""

    @property
    def key(self) -> str:
        """What it is called in the journal."""
        return f"{self.kind}:{self.name}"


def filled(resource: Resource, known: Known) -> Resource:
    """The resource with everything filled in that is known."""
    return replace(
        resource,
        name=fill(resource.name, known),
        at=fill(dict(resource.at), known),
        body=fill(dict(resource.body), known),
        must=fill(dict(resource.must), known),
    )


def fill(value: Filled, known: Known) -> Filled:
    """The value with its open places filled as far as they are known."""
    found: Any = value
    if isinstance(value, str):
        found = _OPEN.sub(lambda place: known.get(place[1], place[0]), value)
    elif isinstance(value, Mapping):
        found = {name: fill(inner, known) for name, inner in value.items()}
    elif isinstance(value, list):
        found = [fill(inner, known) for inner in value]
    return cast("Filled", found)


def open_places(value: Any) -> Iterator[str]:
    """What is not known yet in a value."""
    if isinstance(value, str):
        yield from (place[1] for place in _OPEN.finditer(value))
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from open_places(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from open_places(inner)


def differences(must: Any, found: Any, at: str = "") -> list[str]:
    """Where what was found is not what must hold. Objects may have more than they must, lists are compared whole."""
    if isinstance(must, Mapping):
        if not isinstance(found, Mapping):
            return [at]
        inside = {name.lower(): value for name, value in found.items()}
        return [
            one
            for name, value in must.items()
            for one in differences(value, inside.get(name.lower()), f"{at}.{name}".lstrip("."))
        ]
    if isinstance(must, str) and isinstance(found, str):
        return [] if must.lower() == found.lower() or _OPEN.search(must) else [at]
    return [] if must == found else [at]
