"""What a voice is given to read."""

from __future__ import annotations

import pytest

from voiceagent.speech.speak.reading import readable


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Order 4271 is on its way.", "Order 4 2, 7 1 is on its way."),
        ("Order 4 2 7 1 is on its way.", "Order 4 2, 7 1 is on its way."),
        ("Your code is 987654.", "Your code is 9 8, 7 6, 5 4."),
        ("Call 4255550123.", "Call 4 2 5, 5 5 5, 0 1 2 3."),
        ("Call +4255550123.", "Call 4 2 5, 5 5 5, 0 1 2 3."),
        ("It is 12345.", "It is 1 2 3, 4 5."),
    ],
)
def test_codes_are_read_digit_by_digit(written: str, read: str) -> None:
    assert readable(written) == read


@pytest.mark.parametrize(
    "text",
    [
        "It costs $1250.",
        "We sold 1,250 of them.",
        "Pi is 3.14159.",
        "It was in 1998.",
        "On March 3rd, 2026 we open.",
        "Ask for 12 or 345.",
        "Article AB1234X is out.",
        "It grew by 1500%.",
        "",
    ],
)
def test_amounts_and_years_are_left_alone(text: str) -> None:
    assert readable(text) == text
