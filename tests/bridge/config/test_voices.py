from __future__ import annotations

from voiceagent.config.voices import OPENAI_VOICES


def test_the_names_are_those_that_a_recorded_refusal_lists() -> None:
    """Read off the error of a real session with an unknown voice (tests/data/voice-live)."""
    assert {"alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"} == OPENAI_VOICES
