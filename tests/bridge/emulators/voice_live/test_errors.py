from __future__ import annotations

import pytest

from voiceagent.emulators.voice_live import errors


def test_a_refusal_carries_the_event_it_answers() -> None:
    body = errors.nothing_to_cancel().body("c7")
    assert body == {
        "type": "invalid_request_error",
        "code": "response_cancel_not_active",
        "message": "Cancellation failed: no active response found",
        "param": None,
        "event_id": "c7",
    }


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (errors.response_active("resp_1"), "conversation_already_has_active_response"),
        (errors.buffer_too_small(0), "input_audio_buffer_commit_empty"),
        (errors.unknown_item("retrieve", "x"), "item_retrieve_invalid_item_id"),
        (errors.unknown_item("delete", "x"), "item_delete_invalid_item_id"),
        (errors.bad_session("no", "session.voice"), "invalid_session_update_message"),
        (errors.session_expired(60), "session_expired"),
        (errors.output_overflow(), "session_output_overflow"),
    ],
)
def test_codes_are_the_ones_clients_look_for(refusal: errors.Refusal, code: str) -> None:
    assert refusal.code == code


def test_a_cut_beyond_the_audio_tells_both_lengths() -> None:
    assert str(errors.shorter_already(2350, 2400)) == "Audio content of 2350ms is already shorter than 2400ms"


@pytest.mark.parametrize(
    ("operation", "verb"), [("retrieve", "retrieving"), ("delete", "deleting"), ("truncate", "truncating")]
)
def test_an_unknown_item_is_named_with_what_was_tried(operation: str, verb: str) -> None:
    assert f"Error {verb} item: the item with id 'item_9'" in str(errors.unknown_item(operation, "item_9"))
