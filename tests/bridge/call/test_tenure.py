from __future__ import annotations

import pytest

from voiceagent.call.tenure import MARGIN_MS, RETRIES_MS, RETRY_RENEWAL_MS, Tenure

HOUR = 3_600_000.0


def serving(*, renew_ms: float | None = None, reconnect_ms: float = 15_000, lifetime_ms: float | None = HOUR) -> Tenure:
    tenure = Tenure(renew_ms=renew_ms, reconnect_ms=reconnect_ms)
    tenure.ready(lifetime_ms, 1000)
    return tenure


@pytest.mark.parametrize(
    ("renew_ms", "lifetime_ms", "due"),
    [
        (None, None, None),
        (None, HOUR, 1000 + HOUR - MARGIN_MS),
        (3_000_000.0, HOUR, 1000 + 3_000_000.0),
        (3_000_000.0, None, 1000 + 3_000_000.0),
        (None, 60_000.0, 1000 + 45_000.0),
    ],
)
def test_a_session_is_renewed_before_its_end(renew_ms: float | None, lifetime_ms: float | None, due: float | None) -> None:
    assert serving(renew_ms=renew_ms, lifetime_ms=lifetime_ms).deadline() == due


def test_the_next_session_takes_over_when_a_turn_is_over() -> None:
    tenure = serving(renew_ms=60_000)
    assert tenure.turn_over(2000) is None
    assert tenure.settle(61_000) == "open_spare"
    assert (tenure.state, tenure.serves) == ("renewing", True)
    assert tenure.spare_ready(HOUR, 62_000) is None
    assert (tenure.state, tenure.deadline()) == ("relieved", None)
    assert tenure.turn_over(70_000) == "switch"
    assert (tenure.state, tenure.deadline()) == ("serving", 130_000)


def test_a_renewal_that_fails_is_tried_again() -> None:
    tenure = serving(renew_ms=60_000)
    tenure.settle(61_000)
    tenure.spare_failed(62_000)
    assert (tenure.state, tenure.deadline()) == ("serving", 62_000 + RETRY_RENEWAL_MS)
    tenure.settle(62_000 + RETRY_RENEWAL_MS)
    tenure.spare_ready(None, 93_000)
    tenure.spare_failed(94_000)
    assert (tenure.state, tenure.deadline()) == ("serving", 94_000 + RETRY_RENEWAL_MS)


def test_a_spare_that_waits_takes_over_at_once_when_the_first_one_breaks() -> None:
    tenure = serving(renew_ms=60_000)
    tenure.settle(61_000)
    tenure.spare_ready(HOUR, 62_000)
    assert tenure.fell_away(63_000) == "switch"
    assert tenure.state == "serving"


def test_one_that_is_being_opened_is_waited_for() -> None:
    tenure = serving(renew_ms=60_000)
    tenure.settle(61_000)
    assert tenure.fell_away(62_000) is None
    assert (tenure.state, tenure.lost, tenure.deadline()) == ("away", True, 77_000)
    assert tenure.spare_ready(HOUR, 63_000) == "switch"


def test_a_lost_engine_is_searched_for_with_growing_patience_and_given_up() -> None:
    tenure = serving()
    assert tenure.fell_away(5000) == "open_spare"
    assert tenure.fell_away(5001) is None
    waits = []
    for at in (6000, 7000, 8000, 9000, 10_000):
        tenure.spare_failed(at)
        due = tenure.deadline()
        assert due is not None
        waits.append(due - at)
        assert tenure.settle(due) == "open_spare"
    assert waits == [*RETRIES_MS[1:], RETRIES_MS[-1]]
    assert tenure.deadline() == 20_000
    assert tenure.settle(20_000) == "give_up"
    assert (tenure.state, tenure.deadline(), tenure.spare_ready(HOUR, 21_000)) == ("gone", None, None)


def test_without_patience_a_lost_engine_is_gone() -> None:
    tenure = serving(reconnect_ms=0)
    assert tenure.fell_away(5000) == "give_up"
    assert (tenure.state, tenure.deadline()) == ("gone", None)


def test_an_engine_that_cannot_be_had_at_first_is_searched_for() -> None:
    tenure = Tenure(renew_ms=None, reconnect_ms=15_000)
    assert tenure.not_opened(100, lasting=False) == "try_later"
    assert tenure.deadline() == 100 + RETRIES_MS[1]
    assert tenure.settle(100 + RETRIES_MS[1]) == "open_spare"
    assert tenure.spare_ready(HOUR, 500) == "switch"
    assert (tenure.state, tenure.serves) == ("serving", True)


def test_one_that_refuses_us_for_good_is_not() -> None:
    tenure = Tenure(renew_ms=None, reconnect_ms=15_000)
    assert tenure.not_opened(100, lasting=True) == "give_up"
    tenure.ready(HOUR, 200)
    assert tenure.state == "gone"
    unsearched = Tenure(renew_ms=None, reconnect_ms=0)
    assert unsearched.not_opened(100, lasting=False) == "give_up"


def test_an_engine_that_wants_to_be_left_alone_is_left_alone() -> None:
    tenure = Tenure(renew_ms=None, reconnect_ms=15_000)
    tenure.not_opened(0, lasting=False, retry_after_ms=3000)
    assert tenure.deadline() == 3000
    tenure.settle(3000)
    tenure.spare_failed(3100, retry_after_ms=60_000)
    assert tenure.deadline() == 15_000
    assert tenure.settle(15_000) == "give_up"
