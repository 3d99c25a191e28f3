from __future__ import annotations

from typing import Any

import pytest

from voiceagent.protocol.response_events import (
    RESPONSE_EVENTS,
    ResponseCreated,
    ResponseDone,
    ResponseFunctionCallArgumentsDone,
    ResponseOutputItemAdded,
)
from voiceagent.protocol.voice_live import decode_server


def test_every_event_of_a_response_is_in_the_list() -> None:
    assert len(RESPONSE_EVENTS) == 14


def test_a_response_tells_its_id_and_status() -> None:
    event = ResponseCreated({"id": "resp_1", "status": "in_progress"})
    assert (event.response_id, event.status) == ("resp_1", "in_progress")
    assert (ResponseCreated({}).response_id, ResponseCreated({}).status) == ("", "")


@pytest.mark.parametrize(
    ("details", "reason", "message"),
    [
        (None, "", ""),
        ({"type": "cancelled", "reason": "turn_detected"}, "turn_detected", ""),
        ({"type": "incomplete", "reason": "max_output_tokens"}, "max_output_tokens", ""),
        ({"type": "failed", "error": {"type": "server_error", "code": "overloaded", "message": "m"}}, "overloaded", "m"),
        ({"type": "failed", "error": {"type": "server_error", "code": None, "message": "m"}}, "server_error", "m"),
        ({"type": "failed", "error": {"code": None, "message": None}}, "", ""),
        ({"type": "failed", "error": "oops"}, "", ""),
        ({"type": "failed", "reason": 5}, "", ""),
    ],
)
def test_a_response_that_did_not_complete_tells_why(details: Any, reason: str, message: str) -> None:
    done = ResponseDone({"id": "r", "status": "x", "status_details": details})
    assert (done.reason, done.message) == (reason, message)


def test_tokens_are_counted_by_the_names_of_the_engine() -> None:
    usage = {
        "total_tokens": 5,
        "input_token_details": {"text_tokens": 2, "cached_tokens_details": {"audio_tokens": 1}},
        "odd": "x",
    }
    assert ResponseDone({"usage": usage}).usage == {
        "total_tokens": 5,
        "input_token_details.text_tokens": 2,
        "input_token_details.cached_tokens_details.audio_tokens": 1,
    }
    assert ResponseDone({"usage": None}).usage == {}


def test_an_item_that_is_a_call_tells_so() -> None:
    event = ResponseOutputItemAdded("r", 0, {"id": "i", "type": "function_call", "name": "f", "call_id": "c"})
    assert (event.item_id, event.item_type) == ("i", "function_call")


def test_older_services_leave_the_name_of_a_call_to_its_item() -> None:
    event = decode_server(
        '{"type":"response.function_call_arguments.done","response_id":"r","item_id":"i","output_index":0,"call_id":"c","arguments":"{}"}'
    )
    assert event == ResponseFunctionCallArgumentsDone("r", "i", 0, "c", "{}")
