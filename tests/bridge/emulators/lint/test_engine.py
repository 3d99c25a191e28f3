"""Sessions of Voice Live's clients, good and wrong."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from voiceagent.emulators.lint.engine import EngineLint, Openings, connecting, connecting_elsewhere
from voiceagent.protocol.dialects import AZURE_OPENAI, AZURE_OPENAI_PREVIEW, OPENAI, VOICE_LIVE, Dialect

CREATED = {
    "type": "session.created",
    "session": {"voice": {"type": "openai", "name": "alloy"}, "input_audio_sampling_rate": 24000},
}


def a_session(**query: str) -> EngineLint:
    lint = EngineLint({"model": "gpt-realtime", **query})
    assert lint.server(json.dumps(CREATED)) == []
    return lint


def rules(event: Any, lint: EngineLint | None = None, at_ms: float = 0) -> list[str]:
    frame = event if isinstance(event, str | bytes) else json.dumps(event)
    return [breach.rule for breach in (lint or a_session()).client(frame, at_ms)]


def append(size: int) -> dict[str, str]:
    return {"type": "input_audio_buffer.append", "audio": b64encode(bytes(size)).decode()}


@pytest.mark.parametrize(
    ("query", "path", "expected"),
    [
        ({"api-version": "2026-07-15", "model": "gpt-realtime"}, "/voice-live/realtime", []),
        ({"api-version": "2026-06-01-preview", "model": "gpt-4o"}, "/voice-live/realtime", ["vl-version-preview"]),
        ({"api-version": "2031-01-01", "model": "gpt-4o"}, "/voice-live/realtime", ["vl-version-unknown"]),
        ({"api-version": "2026-07-15", "model": "gpt-3"}, "/voice-live/realtime", ["vl-model-unknown"]),
        ({"api-version": "2026-07-15", "model": "mine", "profile": "byom-azure-openai-realtime"}, "/voice-live/realtime", []),
        ({"api-version": "2026-07-15", "model": "gpt-4o"}, "/voice-agent/realtime", ["vl-path-old"]),
        ({"api-version": "2026-07-15", "agent-name": "a"}, "/voice-live/realtime", ["vl-key-for-agent", "vl-agent-pair"]),
        ({"api-version": "v1", "model": "gpt-4o", "api-key": "k"}, "/voice-live/realtime", ["vl-key-in-query-v1"]),
    ],
)
def test_the_request_for_a_session(query: dict[str, str], path: str, expected: list[str]) -> None:
    assert [breach.rule for breach in connecting(path, query, {"api-key": "k"})] == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (b"\xff", ["vl-utf8"]),
        ("{", ["vl-json"]),
        ("[]", ["vl-json"]),
        ({"session": {}}, ["vl-type-missing"]),
        ({"type": "session.updat"}, ["vl-unknown-event"]),
        ({"type": "response.create", "instructions": "x"}, ["vl-unknown-field"]),
        ({"type": "response.create", "event_id": 1}, ["vl-event-id"]),
        ({"type": "session.update", "session": {"voice": "alloy"}}, []),
        ({"type": "session.update", "session": {"speed": 1}}, ["vl-unknown-option"]),
        ({"type": "output_audio_buffer.clear"}, ["vl-clear-output"]),
        (append(960), []),
        (append(961), ["vl-append-odd"]),
        ({"type": "input_audio_buffer.append", "audio": "***"}, ["vl-append-base64"]),
        ({"type": "input_audio_buffer.append"}, ["vl-append-empty"]),
        ({"type": "input_audio_buffer.append", "audio": "A" * (15 * 1024 * 1024 + 4)}, ["vl-append-size"]),
    ],
)
def test_what_is_wrong_with_an_event(event: Any, expected: list[str]) -> None:
    assert rules(event) == expected


def output(call_id: str, text: Any = "{}") -> dict[str, Any]:
    return {"type": "conversation.item.create", "item": {"type": "function_call_output", "call_id": call_id, "output": text}}


def test_outputs_are_for_calls_that_were_made_and_once() -> None:
    lint = a_session()
    assert rules(output("call_1"), lint) == ["vl-call-unknown"]
    lint.server(json.dumps({"type": "response.output_item.added", "item": {"type": "function_call", "call_id": "call_1"}}))
    assert rules(output("call_1", {"ok": True}), lint) == ["vl-output-not-text"]
    assert rules(output("call_1"), lint) == ["vl-call-answered"]


def test_a_greeting_is_silent_with_an_openai_voice() -> None:
    message = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hello"}]}
    event = {"type": "response.create", "response": {"pre_generated_assistant_message": message}}
    lint = a_session()
    assert rules(event, lint) == ["vl-greeting-voice"]
    lint.server(json.dumps({"type": "session.updated", "session": {"voice": {"type": "azure-standard", "name": "x"}}}))
    assert rules(event, lint) == []
    wrong = {"type": "response.create", "response": {"pre_generated_assistant_message": {**message, "content": []}}}
    assert rules(wrong, lint) == ["vl-greeting-shape"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"code": "conversation_already_has_active_response", "message": "m"}, ["vl-response-active"]),
        ({"code": "input_audio_buffer_commit_empty", "message": "m"}, ["vl-commit-empty"]),
        ({"code": "item_delete_invalid_item_id", "message": "m"}, ["vl-item-unknown"]),
        ({"code": "invalid_value", "message": "Audio content of 10ms is already shorter than 20ms"}, ["vl-truncate-beyond"]),
        ({"code": "missing_required_parameter", "message": "m"}, ["vl-refused"]),
        ({"code": "response_cancel_not_active", "message": "m"}, []),
    ],
)
def test_what_the_service_refuses(error: dict[str, str], expected: list[str]) -> None:
    lint = a_session()
    rules({"type": "response.cancel"}, lint)
    assert [breach.rule for breach in lint.server(json.dumps({"type": "error", "error": error}))] == expected
    assert lint.last == '{"type": "response.cancel"}'


def test_a_refusal_of_what_was_found_wrong_already_is_not_told_again() -> None:
    lint = a_session()
    rules({"type": "session.updat"}, lint)
    assert lint.server(json.dumps({"type": "error", "error": {"code": "invalid_value", "message": "m"}})) == []


def pace(chunk_bytes: int, seconds: float, session: dict[str, Any] | None = None) -> list[str]:
    """Chunks of that size every 20 ms."""
    lint = a_session()
    lint.server(json.dumps({"type": "session.updated", "session": session or {}}))
    return [rule for beat in range(int(seconds * 50)) for rule in rules(append(chunk_bytes), lint, 1_000 + beat * 20.0)]


def test_audio_at_another_rates_pace_is_noticed() -> None:
    assert pace(960, 9) == []
    assert pace(640, 5) == ["vl-append-rate"]
    assert pace(960, 5, {"input_audio_sampling_rate": 16000}) == ["vl-append-rate"]
    assert pace(160, 9, {"input_audio_format": "g711_ulaw"}) == []


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"type": "session.update", "session": {"type": "realtime", "audio": {"output": {"voice": "marin"}}}}, []),
        ({"type": "session.update", "session": {"type": "realtime", "voice": "marin"}}, ["ga-beta-word"]),
        ({"type": "response.create", "response": {"modalities": ["text"]}}, ["ga-beta-word"]),
        ({"type": "response.create", "instructions": "Be kind."}, ["vl-unknown-field"]),
        ({"type": "input_audio.turn.start"}, ["vl-unknown-event"]),
        ({"type": "no.such.event"}, ["vl-unknown-event"]),
        ({"type": "conversation.item.create", "item": {"type": "function_call_output", "call_id": "c", "output": "1"}},
         ["vl-call-unknown"]),
        ("{", ["vl-json"]),
    ],
)  # fmt: skip
def test_the_ga_dialects_are_looked_at_in_their_own_words(event: Any, expected: list[str]) -> None:
    assert rules(event, EngineLint({"model": "gpt-realtime"}, OPENAI)) == expected


def test_a_call_that_was_made_in_ga_words_is_known() -> None:
    lint = EngineLint({"model": "gpt-realtime"}, AZURE_OPENAI)
    item = {"type": "function_call", "call_id": "c", "name": "lookup", "arguments": "{}"}
    lint.server(json.dumps({"type": "conversation.item.added", "item": item}))
    answer = {**item, "type": "function_call_output", "output": "1"}
    assert rules({"type": "conversation.item.create", "item": answer}, lint) == []


def test_voice_lives_v1_has_the_options_of_voice_live() -> None:
    lint = EngineLint({"model": "gpt-4o", "api-version": "v1"}, VOICE_LIVE["v1"])
    session = {"type": "realtime", "audio": {"input": {"turn_detection": {"type": "semantic_vad"}}}}
    assert rules({"type": "session.update", "session": session}, lint) == ["vl-semantic-vad"]


@pytest.mark.parametrize(
    ("dialect", "beta", "expected"),
    [
        (OPENAI, "", []),
        (OPENAI, "realtime=v1", ["ga-beta-header"]),
        (AZURE_OPENAI, "", []),
        (AZURE_OPENAI_PREVIEW, "realtime=v1", ["ga-preview-ended"]),
    ],
)
def test_the_request_for_a_session_elsewhere(dialect: Dialect, beta: str, expected: list[str]) -> None:
    headers = {"openai-beta": beta} if beta else {}
    assert [breach.rule for breach in connecting_elsewhere(dialect, headers)] == expected


def test_more_sessions_in_a_minute_than_azure_opens_by_default() -> None:
    openings = Openings()
    assert [breach.rule for at in range(30) for breach in openings.opened(at * 1_000)] == []
    assert [breach.rule for breach in openings.opened(59_000)] == ["vl-quota"]
    assert openings.opened(62_000) == []
