"""Refusals as the service words them."""

from __future__ import annotations

import pytest

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.errors import Refusal


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (errors.unauthorized("why"), 401, "Unauthorized"),
        (errors.not_found(), 404, "8522"),
        (errors.invalid("CallbackUri"), 400, "8523"),
        (errors.stale(), 400, "8523"),
        (errors.answered_already(), 409, "8519"),
        (errors.not_established(), 400, "8501"),
        (errors.wrong_state("x."), 400, "8585"),
        (errors.not_configured("x"), 405, "8522"),
        (errors.no_speech_service(), 400, "8567"),
        (errors.recording_runs(), 400, "8553"),
        (errors.unknown_route("GET", "/x"), 404, "NotFound"),
    ],
)
def test_each_refusal_has_the_documented_status_and_subcode(refusal: Refusal, status: int, code: str) -> None:
    assert (refusal.status, refusal.body()) == (status, {"error": {"code": code, "message": str(refusal)}})


def test_the_stale_call_is_worded_as_the_service_does() -> None:
    assert "lifetime validation of the signed http request failed" in str(errors.stale()).lower()
