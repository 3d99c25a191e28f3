"""What the emulated phone number service allows and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NumbersOptions:
    """The defaults are right for people; tests shorten the delays. Quotas are off unless asked for."""

    # unverified: number-operations-take
    operation_seconds: float = 0.5
    """How long a search, purchase, release or change of capabilities runs. The real service takes seconds."""
    search_seconds: float = 900
    """The numbers a search found are held this long."""
    reservation_seconds: float = 900
    """A reservation is held this long after its last change …"""
    reservation_most_seconds: float = 7_200
    """… and at most this long from its creation."""
    searches_per_week: int | None = None
    """Azure allows 5 a week; None: any number."""
    purchases_per_week: int | None = None
    """Azure allows 1 a week; None: any number."""
    out_of_stock: frozenset[str] = frozenset()
    """Countries (`FR`) and area codes (`425`) in which no search finds a number."""
    failing_purchases: str = ""
    """The code with which purchases fail, such as `NotEnoughCredit` or `PurchaseFailed`."""
    owned: tuple[str, ...] = ("+14255550199",)
    """Numbers the resource has from the start."""
    seed: int | None = None
