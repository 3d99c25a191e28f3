"""Published prices, for the time before the service can be asked."""

from __future__ import annotations

from voiceagent.cloud.prices import list_price, minutes


def test_a_number_has_a_monthly_price_and_one_by_the_minute() -> None:
    price = list_price("US", "geographic")
    assert price is not None
    assert (price.amount, price.minutes, price.is_list_price) == (1.0, {"inbound": 0.0085, "outbound": 0.013}, True)
    toll_free = list_price("US", "tollFree")
    assert toll_free is not None
    assert (toll_free.amount, toll_free.minutes["inbound"]) == (2.0, 0.022)


def test_what_no_list_has_is_not_made_up() -> None:
    assert list_price("FR", "tollFree") is None
    assert list_price("US", "mobile") is None
    assert list_price("XX", "geographic") is None
    assert minutes("DE", "tollFree") == {"outbound": 0.015}
