from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.voice_live import ear_checks as ear
from voiceagent.emulators.voice_live.errors import Refusal
from voiceagent.emulators.voice_live.offer import Offer

NATIVE = Offer("gpt-realtime")
CASCADED = Offer("gpt-4o")
PHRASES = {"model": "azure-speech", "phrase_list": ["Contoso"]}
END = {"type": "server_vad", "end_of_utterance_detection": {"model": "semantic_detection_v1"}}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"channels": 2}, "invalid_ec_channels_requires_client"),
        ({"channels": 2, "reference_source": "client"}, "invalid_ec_reference_channels"),
        ({"channels": 3}, "invalid_session_update_message"),
        ({"type": "magic"}, "invalid_session_update_message"),
    ],
)
def test_impossible_echo_cancellation_has_its_own_codes(value: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        ear.echo_cancellation({"type": "server_echo_cancellation", **value}, CASCADED)
    assert refused.value.code == code


def test_the_phrases_of_a_cascaded_model_are_taken() -> None:
    assert ear.transcription(PHRASES, CASCADED)["phrase_list"] == ["Contoso"]
    with pytest.raises(Refusal, match="cascaded models only"):
        ear.transcription(PHRASES, NATIVE)


@pytest.mark.parametrize("phrases", [["x"] * 501, "Contoso", 5])
def test_phrases_are_a_list_that_is_not_too_long(phrases: Any) -> None:
    with pytest.raises(Refusal):
        ear.transcription({**PHRASES, "phrase_list": phrases}, CASCADED)


def test_end_of_utterance_detection_is_for_cascaded_models() -> None:
    assert ear.turn_detection(END, CASCADED)["end_of_utterance_detection"] == {"model": "semantic_detection_v1"}  # type: ignore[index]  # not None
    with pytest.raises(Refusal) as refused:
        ear.turn_detection(END, NATIVE)
    assert refused.value.wedges
