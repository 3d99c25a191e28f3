from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from voiceagent.config.conversation import (
    MOST_PHRASES,
    BargeInSection,
    InterimResponseSection,
    TranscriptionSection,
    TurnDetectionSection,
    VoiceSection,
)
from voiceagent.config.section import Section


@pytest.mark.parametrize("section", [VoiceSection, TurnDetectionSection, TranscriptionSection, InterimResponseSection])
def test_what_is_not_set_stays_the_engines_default(section: type[Section]) -> None:
    chosen = section().model_dump(exclude={"type", "triggers", "end_of_utterance"})
    assert {name: value for name, value in chosen.items() if value not in (None, "", [], {})} == {}


def test_a_caller_interrupts_by_speaking_unless_told_otherwise() -> None:
    assert BargeInSection().model_dump() == {
        "when": "speech",
        "after_ms": 400,
        "after_words": 2,
        "during_greeting": True,
        "resume_after_ms": 0,
    }


@pytest.mark.parametrize(
    ("section", "given"),
    [
        (VoiceSection, {"rate": 2}),
        (VoiceSection, {"temperature": 1.1}),
        (VoiceSection, {"type": "azure-loud"}),
        (TurnDetectionSection, {"threshold": 1}),
        (TurnDetectionSection, {"eagerness": "very"}),
        (TurnDetectionSection, {"end_of_utterance": {"threshold_level": "huge"}}),
        (TranscriptionSection, {"phrases": ["x"] * (MOST_PHRASES + 1)}),
        (TranscriptionSection, {"phrases": [""]}),
        (InterimResponseSection, {"triggers": []}),
        (BargeInSection, {"when": "always"}),
        (BargeInSection, {"after_ms": 10}),
    ],
)
def test_values_out_of_bounds_are_refused(section: type[Section], given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        section.model_validate(given)
