"""Settings of transfers: what is given, what is not, and what cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from voiceagent.config.handover import TransferSection, TransferTarget


def test_a_target_that_says_little_is_joined_and_left() -> None:
    target = TransferTarget(phone_number="+14255550123")
    assert (target.mode, target.agent, target.order, target.ring_seconds) == ("join", "leaves", "in_turn", 30)


def test_the_agent_stays_a_moment_and_the_caller_hears_tones() -> None:
    section = TransferSection()
    assert (section.stay_seconds, section.hold_audio, section.headers) == (3, "tones", "summary")
    assert "{summary}" in section.briefing


@pytest.mark.parametrize(
    "given",
    [
        {"targets": {"Sales Team": {}}},
        {"targets": {"sales": {"mode": "hot"}}},
        {"targets": {"sales": {"ring_seconds": 181}}},
        {"targets": {"desk": {"queue": ["No Name"]}}},
        {"decide_seconds": 61},
        {"headers": "everything"},
    ],
)
def test_what_azure_or_the_model_could_not_take_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TransferSection.model_validate(given)
