"""Reservations: numbers of one's choice held for a while, changed number by number, then bought together. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voiceagent.emulators.numbers.options import NumbersOptions
from voiceagent.emulators.numbers.stock import Offer

NOT_AVAILABLE = ("PhoneNumberNotAvailable", "The phone number is not available for reservation.")


@dataclass(slots=True)
class Reservation:
    """`stage` is active, submitted or completed; an active one expires on its own."""

    reservation_id: str
    created: float
    expires: float
    offers: dict[str, Offer] = field(default_factory=dict)
    failed: dict[str, Mapping[str, object]] = field(default_factory=dict)
    """Numbers of the last change that could not be had, as they were asked for."""
    stage: str = "active"

    def status(self, now: float) -> str:
        """`active`, `submitted`, `completed` or `expired`; `now` in Unix seconds."""
        return "expired" if self.stage == "active" and now >= self.expires else self.stage

    def is_active(self, now: float) -> bool:
        """Whether it can be changed and bought."""
        return self.status(now) == "active"

    def holds(self, now: float) -> frozenset[str]:
        """The numbers nobody else can have."""
        return (
            frozenset(one.number for one in self.offers.values())
            if self.status(now) in ("active", "submitted")
            else frozenset()
        )

    def prolong(self, options: NumbersOptions, now: float) -> None:
        """Hold it for the usual time from now, but never longer than the most from its beginning."""
        self.expires = min(now + options.reservation_seconds, self.created + options.reservation_most_seconds)

    @property
    def no_resale(self) -> bool:
        """Whether the buyer must agree not to sell one of them on."""
        return any(one.country.no_resale for one in self.offers.values())
