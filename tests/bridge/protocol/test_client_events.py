from __future__ import annotations

from voiceagent.protocol.client_events import (
    CLIENT_EVENTS,
    ConversationItemCreate,
    ConversationItemTruncate,
    ResponseCancel,
    ResponseCreate,
    SessionUpdate,
)
from voiceagent.protocol.voice_live import encode


def test_every_client_event_is_in_the_list() -> None:
    assert len(CLIENT_EVENTS) == 21
    assert CLIENT_EVENTS["session.update"] is SessionUpdate


def test_what_is_not_given_is_not_sent() -> None:
    assert encode(ResponseCreate()) == {"type": "response.create"}
    assert encode(ResponseCancel()) == {"type": "response.cancel"}
    assert encode(ResponseCancel("resp_1", event_id="c1")) == {
        "type": "response.cancel",
        "event_id": "c1",
        "response_id": "resp_1",
    }


def test_an_explicit_null_inside_the_settings_is_sent() -> None:
    assert encode(SessionUpdate({"turn_detection": None})) == {"type": "session.update", "session": {"turn_detection": None}}


def test_the_usual_messages_of_a_call() -> None:
    output = {"type": "function_call_output", "call_id": "call_x", "output": '{"ok":true}'}
    assert encode(ConversationItemCreate(output)) == {"type": "conversation.item.create", "item": output}
    assert encode(ConversationItemTruncate("item_x", 0, 1320)) == {
        "type": "conversation.item.truncate",
        "item_id": "item_x",
        "content_index": 0,
        "audio_end_ms": 1320,
    }
