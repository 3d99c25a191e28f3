from __future__ import annotations

import pytest

from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.server_events import (
    SESSION_EVENTS,
    ConversationItemCreated,
    ConversationItemInputAudioTranscriptionFailed,
    ErrorEvent,
    SessionCreated,
)
from voiceagent.protocol.voice_live import decode_server


def test_every_event_of_session_and_conversation_is_in_the_list() -> None:
    assert len(SESSION_EVENTS) == 20
    assert SESSION_EVENTS["error"] is ErrorEvent


def test_a_session_tells_what_it_is_and_when_it_ends() -> None:
    event = decode_server('{"type":"session.created","session":{"id":"sess_1","model":"gpt-realtime","expires_at":1784668577}}')
    assert isinstance(event, SessionCreated)
    assert (event.session_id, event.model, event.expires_at) == ("sess_1", "gpt-realtime", 1784668577)


def test_a_session_may_keep_it_to_itself() -> None:
    event = SessionCreated({"id": None})
    assert (event.session_id, event.model, event.expires_at) == ("", "", None)


def test_an_error_tells_what_was_refused() -> None:
    event = decode_server('{"type":"error","error":{"type":"x","code":"c","message":"m","param":null,"event_id":"c1"}}')
    assert isinstance(event, ErrorEvent)
    assert (event.code, event.message, event.about) == ("c", "m", "c1")
    assert (ErrorEvent({}).code, ErrorEvent({}).message, ErrorEvent({}).about) == ("", "", "")


def test_an_item_tells_its_id_and_type() -> None:
    event = ConversationItemCreated({"id": "i", "type": "message"})
    assert (event.item_id, event.item_type) == ("i", "message")
    assert (ConversationItemCreated().item_id, ConversationItemCreated().item_type) == ("", "")


def test_a_failed_transcription_tells_why() -> None:
    event = ConversationItemInputAudioTranscriptionFailed("i", 0, {"code": "DeploymentNotFound", "message": "m"})
    assert (event.code, event.message) == ("DeploymentNotFound", "m")


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        ('{"type":"session.created"}', "session.created lacks `session`"),
        (
            '{"type":"session.created","session":{"expires_at":"soon"}}',
            "session.created: `session.expires_at` is text, expected a number",
        ),
        ('{"type":"error","error":{"message":[]}}', "error: `error.message` is a list, expected text"),
        (
            '{"type":"input_audio_buffer.speech_started","item_id":"i","audio_start_ms":"0"}',
            "input_audio_buffer.speech_started: `audio_start_ms` is text, expected a whole number",
        ),
    ],
)
def test_a_broken_event_is_named(frame: str, sentence: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        decode_server(frame)
    assert str(caught.value) == sentence
