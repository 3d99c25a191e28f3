from __future__ import annotations

import json
from pathlib import Path

import pytest

from voiceagent.emulators.voice_live import answers

EVENTS = json.loads((Path(__file__).parents[3] / "data/voice-live/events.json").read_text())


def test_a_message_item_has_the_recorded_fields() -> None:
    item = answers.message_item("item_1", "assistant", "completed", [{"type": "audio", "transcript": "Hi"}])
    assert list(item) == ["id", "object", "type", "status", "role", "content"]


def test_a_functions_result_has_no_status() -> None:
    assert "status" not in answers.output_item("item_1", call_id="call_1", output="{}")


def test_usage_adds_up() -> None:
    usage = answers.usage(text_in=14, audio_in=30, text_out=27, audio_out=72)
    assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (44, 99, 143)
    assert usage["input_token_details"]["cached_tokens"] == 0


def test_a_response_shows_the_settings_it_was_made_with() -> None:
    session = {"modalities": ["text"], "voice": None, "output_audio_format": "pcm16", "max_response_output_tokens": "inf"}
    response = answers.response_object("resp_1", conversation_id="conv_1", session=session, status="in_progress")
    assert response["modalities"] == ["text"]
    assert response["usage"] is None
    assert response["output"] == []
    assert response["max_output_tokens"] == "inf"


@pytest.mark.parametrize(
    "event",
    [
        answers.error({"message": "no"}),
        answers.warning("odd", code="c", param="p"),
        answers.item_created(None, {}),
        answers.transcription_delta("item_1", "hi"),
        answers.transcription_completed("item_1", answers.Heard("hi"), told_in={"input_audio_transcription": None}),
        answers.transcription_failed("item_1", answers.fault("x", "no")),
    ],
)
def test_every_event_is_one_the_official_sdk_names(event: answers.Event) -> None:
    assert event["type"] in json.dumps(EVENTS)


def test_an_event_begins_with_its_type() -> None:
    assert list(answers.item_done("item_1", {"id": "item_2"})) == ["type", "previous_item_id", "item"]
