"""What a call may have cost: tokens by kind and minutes, times prices that somebody must give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Prices:
    """Per million tokens by the engine's own kind of token, and per minute of telephony. Empty: nothing is known, so 0.0."""

    per_million_tokens: Mapping[str, float] = field(default_factory=dict)
    per_minute: float = 0.0
    currency: str = "USD"


def estimate(usage: Mapping[str, int], duration_ms: float, prices: Prices) -> dict[str, str | float]:
    """`{"currency", "estimate"}`; kinds without a price count nothing."""
    tokens = sum(count * prices.per_million_tokens.get(kind, 0.0) / 1_000_000 for kind, count in usage.items())
    total = tokens + prices.per_minute * duration_ms / 60_000
    return {"currency": prices.currency, "estimate": round(total, 6)}
