"""Sixteen recorded sessions of the real services: all that was said is understood, and can be said again as it was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from voiceagent.protocol import openai_ga, voice_live
from voiceagent.protocol.realtime import (
    RealtimeEvent,
    ResponseAudioDelta,
    ResponseDone,
    SessionUpdated,
    UnknownClientEvent,
    UnknownServerEvent,
    audio_delta,
)

CAPTURES = sorted((Path(__file__).parents[1] / "data" / "voice-live" / "captures").glob("*.jsonl"))
each_session = pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem)


def frames(capture: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for line in capture.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["dir"] in ("sent", "received"):
            yield record["dir"], record["data"]


def dialect(capture: Path) -> Any:
    return voice_live if capture.name.startswith("voicelive") else openai_ga


def events(capture: Path) -> Iterator[tuple[dict[str, Any], RealtimeEvent]]:
    for direction, data in frames(capture):
        read = dialect(capture).decode_client if direction == "sent" else dialect(capture).decode_server
        yield data, read(json.dumps(data))


def test_there_are_sixteen_recordings() -> None:
    assert len(CAPTURES) == 16
    assert sum(path.name.startswith("voicelive") for path in CAPTURES) == 5


@each_session
def test_nothing_said_is_unknown(capture: Path) -> None:
    unknown = [event.type for _, event in events(capture) if isinstance(event, UnknownClientEvent | UnknownServerEvent)]
    assert unknown == []


@each_session
def test_what_was_read_is_written_again_as_it_was(capture: Path) -> None:
    for data, event in events(capture):
        assert dialect(capture).encode(event) == data
        assert json.loads(dialect(capture).encode_frame(event)) == data


@each_session
def test_the_short_path_finds_all_audio_and_nothing_else(capture: Path) -> None:
    for data, event in events(capture):
        for spelled in (json.dumps(data), json.dumps(data, separators=(",", ":")), json.dumps(data, ensure_ascii=False)):
            found = audio_delta(spelled.encode())
            if isinstance(event, ResponseAudioDelta):
                assert found == (event.response_id, event.item_id, event.delta.encode())
            else:
                assert found is None


@each_session
def test_every_response_ends_with_its_tokens_counted(capture: Path) -> None:
    ended = [event for _, event in events(capture) if isinstance(event, ResponseDone)]
    assert ended
    for event in ended:
        assert event.response_id.startswith("resp_")
        assert event.status == "completed"
        assert event.usage["total_tokens"] == event.usage["input_tokens"] + event.usage["output_tokens"]


@each_session
def test_sessions_of_both_dialects_read_the_same(capture: Path) -> None:
    updated = next(event for _, event in events(capture) if isinstance(event, SessionUpdated))
    assert updated.session_id.startswith("sess_")
    assert updated.model.startswith("gpt-realtime")
    assert updated.expires_at is not None
    assert updated.session["turn_detection"]["type"] == "server_vad"
    assert updated.session["input_audio_format"] == "pcm16"
    assert updated.session["input_audio_sampling_rate"] == 24000
    assert set(updated.session["modalities"]) <= {"text", "audio"}
