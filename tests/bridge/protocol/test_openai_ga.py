from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.protocol.openai_ga import decode_client, decode_server, encode, encode_frame
from voiceagent.protocol.realtime import (
    ConversationItemCreate,
    ConversationItemCreated,
    ResponseAudioDelta,
    ResponseCreate,
    ResponseDone,
    SessionUpdate,
    SessionUpdated,
    UnknownServerEvent,
)


@pytest.mark.parametrize(
    ("ga", "canonical"),
    [
        ("response.output_audio.delta", "response.audio.delta"),
        ("response.output_audio.done", "response.audio.done"),
        ("response.output_audio_transcript.delta", "response.audio_transcript.delta"),
        ("response.output_audio_transcript.done", "response.audio_transcript.done"),
        ("response.output_text.delta", "response.text.delta"),
        ("response.output_text.done", "response.text.done"),
        ("conversation.item.added", "conversation.item.created"),
    ],
)
def test_names_are_translated_both_ways(ga: str, canonical: str) -> None:
    where = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}
    said = {"type": ga, **where, "delta": "AAAA", "text": "t", "transcript": "t"}
    event = decode_server(json.dumps(said))
    assert event.type == canonical
    assert encode(event) == said


def test_audio_of_the_engine() -> None:
    where = '"response_id":"r","item_id":"i","output_index":0,"content_index":0'
    frame = f'{{"type":"response.output_audio.delta",{where},"delta":"AAAA"}}'
    assert decode_server(frame) == ResponseAudioDelta("r", "i", 0, 0, "AAAA")


GA_SESSION = {
    "type": "realtime",
    "output_modalities": ["audio"],
    "max_output_tokens": "inf",
    "reasoning": {"effort": "low"},
    "tracing": None,
    "audio": {
        "input": {
            "format": {"type": "audio/pcm", "rate": 24000},
            "transcription": None,
            "noise_reduction": {"type": "near_field"},
            "turn_detection": {"type": "server_vad"},
        },
        "output": {"format": {"type": "audio/pcmu"}, "voice": "alloy", "speed": 1.0},
    },
}
CANONICAL_SESSION = {
    "type": "realtime",
    "modalities": ["audio"],
    "max_response_output_tokens": "inf",
    "reasoning_effort": "low",
    "tracing": None,
    "input_audio_format": "pcm16",
    "input_audio_sampling_rate": 24000,
    "input_audio_transcription": None,
    "input_audio_noise_reduction": {"type": "near_field"},
    "turn_detection": {"type": "server_vad"},
    "output_audio_format": "g711_ulaw",
    "voice": "alloy",
    "audio": {"output": {"speed": 1.0}},
}


def test_a_session_is_made_flat_and_nested_again() -> None:
    event = decode_server(json.dumps({"type": "session.updated", "session": GA_SESSION}))
    assert event == SessionUpdated(CANONICAL_SESSION)
    assert encode(event) == {"type": "session.updated", "session": GA_SESSION}


def test_settings_in_the_canonical_words_become_ga_settings() -> None:
    session = {
        "instructions": "be kind",
        "modalities": ["text", "audio"],
        "voice": {"type": "openai", "name": "marin"},
        "input_audio_format": "pcm16",
        "output_audio_format": "pcm16",
        "input_audio_sampling_rate": 24000,
        "turn_detection": None,
        "temperature": 0.7,
        "input_audio_echo_cancellation": {"type": "server_echo_cancellation"},
    }
    assert encode(SessionUpdate(session, event_id="c1")) == {
        "type": "session.update",
        "event_id": "c1",
        "session": {
            "instructions": "be kind",
            "type": "realtime",
            "output_modalities": ["audio"],
            "audio": {
                "output": {"voice": "marin", "format": {"type": "audio/pcm", "rate": 24000}},
                "input": {"format": {"type": "audio/pcm", "rate": 24000}, "turn_detection": None},
            },
        },
    }


def test_text_alone_stays_text_alone() -> None:
    found = encode(SessionUpdate({"modalities": ["text"]}))
    assert found["session"]["output_modalities"] == ["text"]


def test_parts_are_renamed_inside_items_only() -> None:
    item = {
        "id": "i",
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_audio", "transcript": "t"}, {"type": "output_text"}],
    }
    event = decode_server(json.dumps({"type": "conversation.item.added", "item": item}))
    assert isinstance(event, ConversationItemCreated)
    assert event.item is not None
    assert [part["type"] for part in event.item["content"]] == ["audio", "text"]
    part = {
        "type": "response.content_part.added",
        "response_id": "r",
        "item_id": "i",
        "output_index": 0,
        "content_index": 0,
        "part": {"type": "audio"},
    }
    assert encode(decode_server(json.dumps(part))) == part


def test_a_seeded_answer_of_the_agent_gets_the_ga_name() -> None:
    item = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hello"}]}
    assert encode(ConversationItemCreate(item))["item"]["content"] == [{"type": "output_text", "text": "Hello"}]


def test_a_response_is_read_in_the_canonical_shape() -> None:
    response = {
        "id": "r",
        "status": "completed",
        "output_modalities": ["audio"],
        "output": [{"id": "i", "type": "message", "content": [{"type": "output_audio", "transcript": "t"}]}],
        "audio": {"output": {"format": {"type": "audio/pcm", "rate": 24000}, "voice": "alloy"}},
    }
    event = decode_server(json.dumps({"type": "response.done", "response": response}))
    assert isinstance(event, ResponseDone)
    assert event.response["voice"] == "alloy"
    assert event.response["output_audio_format"] == "pcm16"
    assert event.response["output"][0]["content"][0]["type"] == "audio"
    assert "audio" not in event.response
    assert encode(event) == {"type": "response.done", "response": response}


def test_a_request_for_a_response_takes_the_ga_shape() -> None:
    assert encode(ResponseCreate({"modalities": ["audio"], "voice": "cedar", "instructions": "greet"})) == {
        "type": "response.create",
        "response": {"instructions": "greet", "output_modalities": ["audio"], "audio": {"output": {"voice": "cedar"}}},
    }


def test_an_unknown_event_is_kept_as_it_is() -> None:
    said = {"type": "session.subagent.started", "session": GA_SESSION}
    event = decode_server(json.dumps(said))
    assert isinstance(event, UnknownServerEvent)
    assert event.type == "session.subagent.started"


FORMATS = st.sampled_from(
    [
        None,
        {"type": "audio/pcm", "rate": 24000},
        {"type": "audio/pcm"},
        {"type": "audio/pcm", "rate": 16000},
        {"type": "audio/pcma"},
        {"type": "x"},
        {},
    ]
)
SIDE = st.fixed_dictionaries(
    {},
    optional={
        "format": FORMATS,
        "transcription": st.sampled_from([None, {"model": "whisper-1"}]),
        "turn_detection": st.sampled_from([None, {"type": "semantic_vad"}]),
        "voice": st.sampled_from(["alloy", {"id": "voice_1"}, None]),
        "speed": st.just(1.5),
    },
)
SESSIONS = st.fixed_dictionaries(
    {"type": st.sampled_from(["realtime", "transcription"])},
    optional={
        "audio": st.sampled_from([None, 5]) | st.fixed_dictionaries({}, optional={"input": SIDE, "output": SIDE}),
        "reasoning": st.sampled_from([None, {}, {"effort": "low"}, {"effort": None, "summary": "auto"}]),
        "output_modalities": st.sampled_from([["audio"], ["text"], []]),
        "max_output_tokens": st.sampled_from(["inf", 400, None]),
        "tools": st.just([]),
    },
)


@given(SESSIONS)
def test_any_ga_session_comes_back_as_it_was(session: dict[str, Any]) -> None:
    for kind, decode in (("session.updated", decode_server), ("session.update", decode_client)):
        said = {"type": kind, "session": session}
        assert json.loads(encode_frame(decode(json.dumps(said)))) == said
