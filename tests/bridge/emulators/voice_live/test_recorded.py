from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from voiceagent.emulators.voice_live.recorded import Line, Playback, Recorded, different, read_recording
from voiceagent.errors import UserError

CAPTURES = sorted((Path(__file__).parents[3] / "data/voice-live/captures").glob("*.jsonl"))
CREATED = {"type": "session.created", "session": {"id": "s", "expires_at": 5}}
UPDATE = {"type": "session.update", "session": {"instructions": "Help."}}
UPDATED = {"type": "session.updated", "session": {"id": "s", "expires_at": 5}}
STARTED = {"type": "input_audio_buffer.speech_started"}
STOPPED = {"type": "input_audio_buffer.speech_stopped"}
APPEND = {"type": "input_audio_buffer.append", "audio": "AAAA"}


def playback(*lines: tuple[bool, dict[str, Any]]) -> Playback:
    return Playback(Recorded(tuple(Line(sent, event) for sent, event in lines)), expires_at=99)


def audio(ms: int) -> dict[str, Any]:
    return {"type": "input_audio_buffer.append", "audio": base64.b64encode(bytes(48 * ms)).decode()}


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)
def test_who_says_what_was_recorded_hears_what_was_recorded(capture: Path) -> None:
    recorded = read_recording(capture)
    play = Playback(recorded, expires_at=0)
    heard = play.opened()
    for line in recorded.lines:
        if line.sent:
            heard += play.heard(line.event)
    assert play.over
    assert play.differences == []
    expected = [dict(line.event) for line in recorded.lines if not line.sent]
    for event in (*expected, *heard):
        if "expires_at" in event.get("session", {}):
            event["session"] = {**event["session"], "expires_at": 0}
    assert heard == expected


def test_the_end_of_the_session_is_not_the_recorded_one() -> None:
    play = playback((False, CREATED), (True, UPDATE), (False, UPDATED))
    assert play.opened()[0]["session"]["expires_at"] == 99
    assert play.heard(UPDATE)[0]["session"]["expires_at"] == 99
    assert play.over


def test_audio_counts_by_its_length() -> None:
    play = playback((False, CREATED), (True, APPEND), (False, STARTED), (True, APPEND), (False, STOPPED))
    play.opened()
    assert [play.heard(audio(20)) for _ in range(4)] == [[], [], [], []]
    assert play.heard(audio(20)) == [STARTED]
    assert play.heard(audio(100)) == [STOPPED]
    assert play.heard(audio(100)) == [], "more audio than was recorded"


def test_less_audio_than_was_recorded_is_skipped() -> None:
    play = playback((False, CREATED), (True, APPEND), (True, APPEND), (True, UPDATE), (False, UPDATED))
    play.opened()
    assert play.heard(UPDATE)[0]["type"] == "session.updated"


def test_what_the_recording_does_not_have_is_an_error() -> None:
    play = playback((False, CREATED), (True, UPDATE), (False, UPDATED))
    play.opened()
    told = play.heard({"type": "response.create", "event_id": "c1"})[0]
    assert (told["error"]["code"], told["error"]["event_id"]) == ("recording_mismatch", "c1")
    assert "session.update where the client said response.create" in play.differences[0]
    play.heard(UPDATE)
    assert "nothing more" in play.heard(UPDATE)[0]["error"]["message"]


def test_what_is_said_otherwise_is_noted() -> None:
    play = playback((False, CREATED), (True, UPDATE), (False, UPDATED))
    play.opened()
    play.heard({"type": "session.update", "event_id": "c1", "session": {"instructions": "Help!", "voice": "alloy"}})
    assert play.differences == [
        "session.update: session.instructions differs from recording.",
        "session.update: session.voice differs from recording.",
    ]


def test_differences_are_told_by_path() -> None:
    assert list(different({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]})) == ["a[1].b"]
    assert list(different({"a": [1]}, {"a": [1, 2]})) == ["a"]
    assert list(different({"event_id": "x"}, {"event_id": "y"})) == []


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(UserError, match="is not UTF-8"):
        read_recording(path)


def test_only_a_line_feed_ends_a_line_of_a_recording(tmp_path: Path) -> None:
    path = tmp_path / "session.jsonl"
    event = {"type": "response.text.delta", "delta": "one\u2028two\x85three"}
    path.write_text(json.dumps({"dir": "received", "data": event}, ensure_ascii=False) + "\n", encoding="utf-8")
    assert [line.event for line in read_recording(path).lines] == [event]


@pytest.mark.parametrize("text", ["{", '{"dir": "sent"}', '{"dir": "sent", "data": 3}'])
def test_a_file_that_is_no_recording_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "session.jsonl"
    path.write_text(json.dumps({"dir": "received", "data": CREATED}) + "\n" + text)
    with pytest.raises(UserError, match="Line 2 of"):
        read_recording(path)
    with pytest.raises(UserError, match="cannot be read"):
        read_recording(tmp_path / "none.jsonl")


def test_a_recording_without_an_engine_is_told() -> None:
    with pytest.raises(UserError, match="holds no event of an engine"):
        Recorded((Line(True, UPDATE),))


def test_it_knows_how_long_the_server_took(tmp_path: Path) -> None:
    lines = (Line(False, {"type": "session.created", "session": {}}, 5), Line(True, UPDATE, 100))
    served = (Line(False, STARTED, 130), Line(False, STOPPED, 190.5), Line(False, STARTED))
    play = Playback(Recorded((*lines, *served)), expires_at=99)
    play.opened()
    assert play.pauses_ms == [0.0]
    play.heard(UPDATE)
    assert play.pauses_ms == [30, 60.5, 0]
    file = tmp_path / "r.jsonl"
    file.write_text('{"dir": "received", "data": {"type": "x"}, "at_ms": 7}\n{"dir": "received", "data": {"type": "x"}}')
    assert [line.at_ms for line in read_recording(file).lines] == [7, None]
