"""The refusals of the phone number service."""

from __future__ import annotations

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.numbers import errors


@pytest.mark.parametrize(
    ("refusal", "status", "words"),
    [
        (errors.invalid("No."), 400, "No."),
        (errors.unknown_country("XX"), 400, "'XX'"),
        (errors.not_offered("a horse"), 400, "a horse"),
        (errors.not_found("Search", "s1"), 404, "Search s1 was not found."),
        (errors.agreement_needed(), 400, "not resell"),
        (errors.over_quota("searches", 5), 429, "5 searches per week"),
        (errors.not_active("r1"), 409, "r1 is not active"),
    ],
)
def test_a_refusal_has_status_code_and_sentence(refusal: Refusal, status: int, words: str) -> None:
    assert refusal.status == status
    assert set(refusal.body()["error"]) == {"code", "message"}
    assert words in refusal.body()["error"]["message"]
