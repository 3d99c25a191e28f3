from __future__ import annotations

from voiceagent.protocol.azure_events import AZURE_EVENTS, ResponseAudioTimestampDelta, WarningEvent
from voiceagent.protocol.response_events import RESPONSE_EVENTS
from voiceagent.protocol.server_events import SESSION_EVENTS
from voiceagent.protocol.voice_live import decode_server


def test_no_event_is_declared_twice() -> None:
    assert len({**SESSION_EVENTS, **RESPONSE_EVENTS, **AZURE_EVENTS}) == len(SESSION_EVENTS) + len(RESPONSE_EVENTS) + len(
        AZURE_EVENTS
    )


def test_a_warning_tells_what_it_warns_of() -> None:
    event = decode_server('{"type":"warning","event_id":"e","warning":{"message":"m","code":"c"}}')
    assert isinstance(event, WarningEvent)
    assert (event.code, event.message) == ("c", "m")
    assert (WarningEvent({}).code, WarningEvent({}).message) == ("", "")


def test_a_word_tells_when_it_is_heard() -> None:
    event = decode_server(
        '{"type":"response.audio_timestamp.delta","response_id":"r","item_id":"i","output_index":0,"content_index":0,'
        '"audio_offset_ms":120,"audio_duration_ms":340,"text":"hello","timestamp_type":"word"}'
    )
    assert event == ResponseAudioTimestampDelta("r", "i", 0, 0, 120, 340, "hello", "word")
