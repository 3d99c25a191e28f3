"""What numbers and minutes cost by Microsoft's published lists, for the time before the service itself can be asked. Pure.

The list of monthly prices is of 2022, that of minutes of October 2025, in US dollars. What is bought is always asked for first:
the service tells its own monthly price with each offer, and that one is shown and agreed to.
"""

from __future__ import annotations

from collections.abc import Mapping

from voiceagent.cloud.resource import Cost

_MONTHLY: Mapping[str, tuple[float, float | None]] = {
    "AT": (1.00, None),
    "BE": (0.70, None),
    "CA": (1.00, 2.00),
    "CH": (1.00, None),
    "DE": (0.80, 6.00),
    "DK": (0.82, None),
    "ES": (5.00, 20.00),
    "FR": (1.00, None),
    "GB": (1.00, 2.00),
    "IE": (1.50, 19.88),
    "IT": (2.92, 23.39),
    "NL": (1.50, 25.00),
    "NO": (5.00, None),
    "PT": (1.00, None),
    "SE": (1.00, None),
    "US": (1.00, 2.00),
}
"""Geographic and toll-free."""

_INBOUND: Mapping[str, float] = {
    "AT": 0.01,
    "BE": 0.01,
    "CA": 0.0085,
    "CH": 0.01,
    "DE": 0.01,
    "DK": 0.01,
    "ES": 0.0072,
    "FR": 0.01,
    "GB": 0.009,
    "IE": 0.01,
    "IT": 0.01,
    "NL": 0.01,
    "NO": 0.03,
    "PT": 0.01,
    "SE": 0.008,
    "US": 0.0085,
}
_INBOUND_TOLL_FREE: Mapping[str, float] = {"US": 0.022}
_OUTBOUND: Mapping[str, float] = {
    "AT": 0.155,
    "BE": 0.13,
    "CA": 0.013,
    "CH": 0.0234,
    "DE": 0.015,
    "DK": 0.019,
    "ES": 0.0165,
    "FR": 0.016,
    "GB": 0.015,
    "IE": 0.016,
    "IT": 0.016,
    "NL": 0.35,
    "NO": 0.02,
    "PT": 0.013,
    "SE": 0.016,
    "US": 0.013,
}
"""To landlines of the same country; mobiles and other countries cost more."""


def list_price(country: str, number_type: str) -> Cost | None:
    """The published price of a number; None when no list has it."""
    geographic, toll_free = _MONTHLY.get(country, (None, None))
    amount = toll_free if number_type == "tollFree" else geographic if number_type == "geographic" else None
    return None if amount is None else Cost(amount, minutes=minutes(country, number_type), is_list_price=True)


def minutes(country: str, number_type: str) -> dict[str, float]:
    """What a minute costs by direction, as far as a list tells."""
    inbound = (_INBOUND_TOLL_FREE if number_type == "tollFree" else _INBOUND).get(country)
    found = {"inbound": inbound, "outbound": _OUTBOUND.get(country)}
    return {direction: rate for direction, rate in found.items() if rate is not None}
