from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.voice_live.late import failure_of
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.protocol.dialects import OPENAI


@pytest.mark.parametrize(
    ("offer", "session", "named"),
    [
        (Offer("gpt-5"), {"temperature": 0.7}, "temperature"),
        (Offer("gpt-4.1"), {"reasoning_effort": "low"}, "reasoning_effort"),
    ],
)
def test_what_was_accepted_breaks_every_response(offer: Offer, session: dict[str, Any], named: str) -> None:
    failure = failure_of(session, offer)
    assert failure is not None
    assert named in failure[1]


@pytest.mark.parametrize(
    ("offer", "session"),
    [
        (Offer("gpt-5"), {"reasoning_effort": "none"}),
        (Offer("gpt-4.1"), {"temperature": 0.7}),
        (Offer("gpt-realtime"), {"temperature": 0.7, "reasoning_effort": "low"}),
        (Offer("gpt-4.1", OPENAI), {"reasoning_effort": "low"}),
        (Offer("gpt-4.1"), {}),
    ],
)
def test_all_else_goes_well(offer: Offer, session: dict[str, Any]) -> None:
    assert failure_of(session, offer) is None
