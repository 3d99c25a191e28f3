"""Records boiled down."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.capture.records import End, Header, Mark, NoteRecord, Reaction, SessionRecord, Wire
from voiceagent.rca.story import Story, operation_of, story_of

HEADER = Header("c1", "2026-11-22T05:00:00Z", "redacted")


def wire(at: float, edge: str, direction: str, told: Any) -> Wire:
    frame = told if isinstance(told, bytes) else json.dumps(told, separators=(",", ":")).encode()
    return Wire(at, edge, direction, frame, len(frame))


def read(*records: Any) -> Story:
    return story_of(HEADER, records)


@pytest.mark.parametrize(
    ("method", "url", "operation"),
    [
        ("POST", "https://x/calling/callConnections:answer?api-version=1", "answer"),
        ("POST", "https://x/calling/callConnections%3Aanswer", "answer"),
        ("POST", "https://x/calling/callConnections/abc/participants:add", "add"),
        ("DELETE", "https://x/calling/callConnections/abc", "hangUp"),
        ("POST", "https://x/calling/callConnections", "create"),
        ("GET", "https://x/calling/callConnections/abc", "get"),
    ],
)
def test_requests_have_names(method: str, url: str, operation: str) -> None:
    assert operation_of(method, url) == operation


def test_a_request_has_its_answer() -> None:
    story = read(
        wire(1, "control", "out", {"method": "POST", "url": "https://x/callConnections:answer", "body": {}}),
        wire(2, "control", "in", {"status": 400, "body": {"error": {"code": "8501", "message": "over"}}}),
    )
    answer = story.request("answer")
    assert answer is not None
    assert (answer.at_ms, answer.fields["status"], answer.fields["code"]) == (1, 400, "8501")
    assert story.request("reject") is None


def test_reports_of_the_service_come_with_their_codes() -> None:
    data = {
        "resultInformation": {"code": 500, "subCode": 8603},
        "mediaStreamingUpdate": {"mediaStreamingStatusDetails": "streamConnectionUnsuccessful"},
    }
    story = read(wire(5, "webhook", "in", [{"type": "Microsoft.Communication.MediaStreamingFailed", "data": data}]))
    [report] = story.reported("MediaStreamingFailed")
    assert report.text == (
        "ACS reports MediaStreamingFailed 500/8603 (the media stream failed), "
        "streamConnectionUnsuccessful: the socket could not be opened"
    )


def test_sound_is_counted_in_both_directions() -> None:
    story = read(
        wire(1, "media", "in", {"kind": "AudioMetadata", "audioMetadata": {"sampleRate": 16000, "encoding": "PCM"}}),
        wire(2, "media", "in", {"kind": "AudioData", "audioData": {"data": "AA==", "silent": True}}),
        wire(3, "media", "in", {"kind": "AudioData", "audioData": {"data": "AA==", "silent": False}}),
        wire(4, "media", "out", {"kind": "AudioData", "audioData": {"data": "AA=="}}),
        wire(5, "media", "out", {"kind": "StopAudio"}),
        wire(6, "engine", "in", {"type": "response.audio.delta", "delta": "AA=="}),
        wire(7, "engine", "out", {"type": "input_audio_buffer.append", "audio": "AA=="}),
    )
    assert (story.caller.count, story.caller.silent, story.caller.last_ms) == (2, 1, 3)
    assert (story.to_caller.count, story.from_engine.count, story.to_engine.count) == (1, 1, 1)
    assert story.metadata is not None
    assert story.metadata.fields["sampleRate"] == 16000


def test_what_the_engine_complained_of() -> None:
    failed = {"status": "failed", "status_details": {"error": {"code": "rate_limit_exceeded", "type": "rate_limit_error"}}}
    story = read(
        wire(1, "engine", "in", {"type": "error", "error": {"code": "session_expired"}}),
        wire(2, "engine", "in", {"type": "response.done", "response": failed}),
        wire(3, "engine", "in", {"type": "input_audio_buffer.speech_started"}),
    )
    assert [one.fields["code"] for one in story.engine_errors] == ["session_expired", "rate_limit_exceeded"]
    assert (story.replies.count, story.speech.count) == (1, 1)


def test_notes_reactions_and_the_end() -> None:
    story = read(
        SessionRecord(0, {"setup": {"sample_rate": 24000}}),
        NoteRecord(0, "CallBeganNoted", {"correlation_id": "corr", "started_at": 1.0}),
        NoteRecord(1, "PhaseNoted", {"phase": "answered"}),
        NoteRecord(
            2, "Warned", {"code": "engine_lost", "sentence": "Voice Live forbids us this session (403); give it a role"}
        ),
        NoteRecord(3, "TransferNoted", {"target": "desk", "outcome": "busy"}),
        NoteRecord(4, "ToolNoted", {"name": "look", "outcome": "timeout", "arguments": "secret words"}),
        Reaction(5, {"type": "EngineLost", "fields": {"reason": "gone", "code": 1006}}, ({"type": "MuteAgent", "fields": {}},)),
        Mark(6, "disk-full", "the disk is full"),
        NoteRecord(7, "CallEndedNoted", {"outcome": "failed", "reason": "engine_lost"}),
        End(8, "closed", 9),
    )
    assert (story.correlation_id, story.sample_rate, story.phases) == ("corr", 24000, {"answered": 1})
    assert story.warned("engine_lost")[0].fields["status"] == 403
    assert (story.outcome, story.end_reason, story.ended_ms, story.complete) == ("failed", "engine_lost", 7, True)
    assert [one.what for one in story.told("EngineLost")] == ["EngineLost"]
    assert [one.what for one in story.wanted("MuteAgent")] == ["MuteAgent"]
    assert "secret words" not in repr(story.tools)
    assert story.marks[0].what == "disk-full"


def test_frames_that_are_no_json_are_passed_over() -> None:
    story = read(wire(1, "engine", "in", b"nonsense"), wire(2, "webhook", "in", b"[1]"), wire(3, "control", "in", b"{}"))
    assert (story.engine_errors, story.callbacks, story.requests) == ([], [], [])
