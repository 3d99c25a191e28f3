"""When Event Grid tries again."""

from __future__ import annotations

import pytest

from voiceagent.emulators.event_grid.schedule import RetryPolicy, pause_before_next

DAY = RetryPolicy(max_attempts=30, life_seconds=86_400)


@pytest.mark.parametrize(
    ("attempt", "pause"), [(1, 10), (2, 30), (3, 60), (4, 300), (5, 600), (6, 1_800), (7, 3_600), (20, 3_600)]
)
def test_pauses_grow_to_an_hour(attempt: int, pause: float) -> None:
    assert pause_before_next(DAY, attempt=attempt, status=500, age_seconds=0) == pause


@pytest.mark.parametrize(("status", "pause"), [(None, 10), (500, 10), (503, 30), (408, 120), (404, 300)])
def test_some_answers_make_it_wait_longer(status: int | None, pause: float) -> None:
    assert pause_before_next(DAY, attempt=1, status=status, age_seconds=0) == pause


def test_it_gives_up_after_the_last_attempt_or_when_the_event_is_too_old() -> None:
    assert pause_before_next(RetryPolicy(max_attempts=2), attempt=2, status=500, age_seconds=0) is None
    assert pause_before_next(RetryPolicy(max_attempts=9, life_seconds=60), attempt=1, status=404, age_seconds=0) is None
    assert pause_before_next(RetryPolicy(max_attempts=9, life_seconds=60), attempt=1, status=500, age_seconds=55) is None


def test_a_ringing_phone_is_announced_twice_at_most() -> None:
    assert pause_before_next(RetryPolicy(), attempt=1, status=None, age_seconds=0) == 10
    assert pause_before_next(RetryPolicy(), attempt=2, status=None, age_seconds=10) is None


def test_time_can_be_scaled() -> None:
    assert pause_before_next(RetryPolicy(scale=0.01), attempt=1, status=500, age_seconds=0) == 0.1


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_some_answers_are_final(status: int) -> None:
    assert pause_before_next(DAY, attempt=1, status=status, age_seconds=0) is None
