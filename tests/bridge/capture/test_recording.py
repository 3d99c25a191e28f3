"""Bare recordings, as people have them."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from voiceagent.audio.wav import write_wav
from voiceagent.capture.recording import header_of, records_of
from voiceagent.capture.records import NoteRecord, Wire
from voiceagent.errors import UserError
from voiceagent.protocol.acs_media import AudioData, AudioMetadata, decode

AUDIO = base64.b64encode(bytes(640)).decode()
META = {
    "kind": "AudioMetadata",
    "audioMetadata": {"subscriptionId": "s", "encoding": "PCM", "sampleRate": 16000, "channels": 1, "length": 640},
}
HEARD = {"kind": "AudioData", "audioData": {"participantRawID": "8:x", "data": AUDIO, "silent": False}}
SAID = {"Kind": "AudioData", "AudioData": {"Data": AUDIO}, "StopAudio": None}
STOP = {"Kind": "StopAudio", "AudioData": None, "StopAudio": {}}
KEY = {"kind": "DtmfData", "dtmfData": {"data": "5"}}


def wires(tmp_path: Path, *lines: Any) -> list[tuple[float, str]]:
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return [(record.at_ms, record.direction) for record in records_of(path, now=1.0) if isinstance(record, Wire)]


def test_bare_frames_follow_each_other_as_their_audio_lasts(tmp_path: Path) -> None:
    found = wires(tmp_path, META, HEARD, HEARD, SAID, HEARD, "", STOP, KEY)
    assert found == [(0, "in"), (20, "in"), (40, "in"), (40, "out"), (60, "in"), (60, "out"), (60, "in")]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("t", [0.0, 20.0, 41.0]),
        ("at_ms", [100, 120, 141]),
        ("time", [7.0, 7.02, 7.041]),
        ("ts", [1795337889.0, 1795337889.02, 1795337889.041]),
        ("timestamp", [1795337889000, 1795337889020, 1795337889041]),
        ("timestamp", ["2026-11-22T05:00:00Z", "2026-11-22T05:00:00.020Z", "2026-11-22T05:00:00.041Z"]),
    ],
)
def test_times_are_understood_in_any_unit(tmp_path: Path, name: str, values: list[Any]) -> None:
    lines = [META, *({name: value, "frame": HEARD} for value in values for _ in (1, 2, 3))]
    found = [at_ms for at_ms, _ in wires(tmp_path, *lines)]
    assert found[1::3] == pytest.approx([0, 20, 41], abs=0.01)


def test_the_frames_own_time_serves_when_the_log_has_none(tmp_path: Path) -> None:
    stamped = [{"kind": "AudioData", "audioData": {"timestamp": f"2026-11-22T05:00:0{n}Z", "data": AUDIO}} for n in (1, 3)]
    assert wires(tmp_path, *stamped) == [(0, "in"), (2000, "in")]


@pytest.mark.parametrize(
    ("line", "direction"),
    [
        ({"dir": "out", "frame": HEARD}, "out"),
        ({"direction": "received", "message": json.dumps(SAID)}, "in"),
        ({"type": "sent", "data": HEARD}, "out"),
        ({"from": "ACS", "payload": json.dumps(HEARD, indent=1)}, "in"),
        ({"event": "something else", "msg": SAID}, "out"),
        (HEARD, "in"),
        (SAID, "out"),
        (STOP, "out"),
        ({"kind": "AudioData", "audioData": {"data": AUDIO}}, "out"),
    ],
)
def test_directions_are_told_or_seen(tmp_path: Path, line: Any, direction: str) -> None:
    assert wires(tmp_path, line)[0][1] == direction


def test_a_frame_stays_byte_for_byte(tmp_path: Path) -> None:
    text = json.dumps(HEARD, indent=None, separators=(" ,", " : "))
    path = tmp_path / "log.jsonl"
    path.write_text(text + "\n" + json.dumps({"message": text}))
    assert [record.frame for record in records_of(path, now=1.0) if isinstance(record, Wire)] == [text.encode()] * 2


def test_a_json_array_is_a_log_too(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_text(json.dumps([META, HEARD], indent=2))
    assert sum(isinstance(record, Wire) for record in records_of(path, now=1.0)) == 2


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("hello", "log.jsonl:1 is no JSON object"),
        ('{"a": 1}', "log.jsonl:1 holds no media frame"),
        (json.dumps(HEARD) + "\n[1]", "log.jsonl:2 is no JSON object"),
        ('{"kind": "AudioData", "audioData": {"data": "?"}}', "a frame of the recording is broken"),
        ('{"kind": "AudioData", "audioData": 3}', "a frame of the recording is broken"),
    ],
)
def test_anything_else_is_a_user_error(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(UserError, match=why) as caught:
        wires(tmp_path, text)
    assert caught.value.remedy


def test_a_missing_file_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        records_of(tmp_path / "nothing", now=1.0)


def test_a_stereo_file_is_caller_and_agent(tmp_path: Path) -> None:
    frames = [struct.pack("<hh", 1, -1)] * 320 + [struct.pack("<hh", 2, 0)] * 320
    write_wav(tmp_path / "a.wav", b"".join(frames), 16_000, channels=2)
    found = [record for record in records_of(tmp_path / "a.wav", now=1.0) if isinstance(record, Wire)]
    assert [(record.at_ms, record.direction) for record in found] == [(0, "in"), (0, "out"), (20, "in"), (40, "in")]
    meta, said, heard, _ = (decode(record.frame or b"") for record in found)
    assert isinstance(meta, AudioMetadata)
    assert meta.sample_rate == 16_000
    assert isinstance(said, AudioData)
    assert isinstance(heard, AudioData)
    assert base64.b64decode(said.payload) == struct.pack("<h", -1) * 320
    assert base64.b64decode(heard.payload) == struct.pack("<h", 1) * 320


def test_a_mono_file_of_any_rate_is_the_caller(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", bytes(2 * 8000), 8000)
    found = [record for record in records_of(tmp_path / "a.wav", now=1.0) if isinstance(record, Wire)]
    assert {record.direction for record in found} == {"in"}
    assert found[-1].at_ms == pytest.approx(1000, abs=21)


def test_too_many_channels_are_a_user_error(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", bytes(600), 8000, channels=3)
    with pytest.raises(UserError, match="has 3 channels"):
        records_of(tmp_path / "a.wav", now=1.0)


def test_it_begins_and_ends_as_a_call_does(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(json.dumps(HEARD))
    found = records_of(path, now=1.0)
    assert [record.type for record in found if isinstance(record, NoteRecord)] == [
        "CallBeganNoted",
        "PhaseNoted",
        "PhaseNoted",
        "CallEndedNoted",
    ]
    header = header_of(path, now=1.0)
    assert header.call_id == header_of(path, now=2.0).call_id
    assert (header.policy, header.created) == ("full", "1970-01-01T00:00:01.000Z")
