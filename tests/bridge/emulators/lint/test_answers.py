"""What webhooks answer, good and wrong."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from voiceagent.emulators.lint import answers
from voiceagent.emulators.lint.rule import Breach


def rules(breaches: Iterable[Breach]) -> list[str]:
    return [breach.rule for breach in breaches]


@pytest.mark.parametrize(
    ("status", "ms", "expected"),
    [
        (200, 10, []),
        (204, 10, []),
        (202, 6_000, ["grid-slow"]),
        (401, 10, ["grid-not-repeated"]),
        (500, 10, ["grid-status"]),
        (302, 10, ["grid-status"]),
        (None, 30_000, ["grid-unreachable"]),
    ],
)
def test_the_answer_to_an_event(status: int | None, ms: float, expected: list[str]) -> None:
    assert rules(answers.delivery(status, ms)) == expected


def test_the_handshakes() -> None:
    assert rules(answers.validation(200, 10, has_code=True)) == []
    assert rules(answers.validation(202, 10, has_code=True)) == ["grid-validation-status"]
    assert rules(answers.validation(200, 31_000, has_code=False)) == ["grid-validation-code", "grid-validation-slow"]
    assert rules(answers.consent(200, given=False)) == ["grid-consent"]
    assert rules(answers.consent(204, given=True)) == []
    assert rules(answers.endpoint("http://app.example/events")) == ["grid-https"]
    assert rules(answers.endpoint("http://127.0.0.1:1/events")) == []


@pytest.mark.parametrize(
    ("outcome", "ms", "expected"),
    [
        (200, 10, []),
        (204, 6_000, ["callback-slow"]),
        (500, 10, ["callback-status"]),
        ("ReadTimeout", 10_000, ["callback-slow"]),
        ("ConnectTimeout", 10_000, ["callback-unreachable"]),
        ("ConnectError", 1, ["callback-unreachable"]),
    ],
)
def test_the_answer_to_a_callback(outcome: int | str, ms: float, expected: list[str]) -> None:
    assert rules(answers.callback(outcome, ms)) == expected
