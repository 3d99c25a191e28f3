"""Keys told twice are told once; keys that are hidden are told by nobody, in no frame."""

from __future__ import annotations

import json
from typing import Literal

import pytest

from voiceagent.call.events import HiddenKeyPressed, KeyPressed
from voiceagent.runtime.keypad import SAME_KEY_MS, Keypad, blanked, tells_of_keys

By = Literal["media", "recognition"]


def arrive(pad: Keypad, keys: str, *, by: By = "media", at_ms: float = 0.0) -> str:
    """Which of these keys the session is told of."""
    events = [pad.arrived(KeyPressed(key, by), at_ms) for key in keys]
    return "".join(event.key for event in events if isinstance(event, KeyPressed))


def test_a_key_told_by_one_way_alone_is_told() -> None:
    pad = Keypad()
    assert arrive(pad, "4271") == "4271"
    assert arrive(pad, "4271", at_ms=100) == "4271"


def test_a_key_told_by_both_ways_is_told_once_whoever_is_first() -> None:
    pad = Keypad()
    assert arrive(pad, "42") + arrive(pad, "4271", by="recognition", at_ms=200) + arrive(pad, "71", at_ms=300) == "4271"


def test_the_same_key_pressed_twice_is_two_keys() -> None:
    pad = Keypad()
    told = [
        arrive(pad, "5", by=by, at_ms=at)
        for by, at in (("media", 0), ("recognition", 90), ("media", 200), ("recognition", 300))
    ]  # type: ignore[arg-type]
    assert told == ["5", "", "5", ""]


def test_a_key_that_one_way_missed_is_told_by_the_other() -> None:
    pad = Keypad()
    assert arrive(pad, "13") + arrive(pad, "123", by="recognition", at_ms=100) == "132"


def test_long_after_it_the_same_key_is_a_new_one() -> None:
    pad = Keypad()
    assert arrive(pad, "5") + arrive(pad, "5", by="recognition", at_ms=SAME_KEY_MS + 1) == "55"


def test_hidden_keys_are_counted_and_kept_for_one_tool() -> None:
    pad = Keypad()
    pad.hide("#")
    told = [pad.arrived(KeyPressed(key), 0) for key in "42*#"]
    kinds = [event.kind for event in told if isinstance(event, HiddenKeyPressed)]
    assert kinds == ["digit", "digit", "give_up", "end"]
    assert (pad.take(), pad.take()) == ("42", "")


def test_a_hidden_key_is_counted_once_though_two_ways_tell_it() -> None:
    pad = Keypad()
    pad.hide("#")
    arrive(pad, "42")
    arrive(pad, "42", by="recognition", at_ms=100)
    assert pad.take() == "42"


def test_shown_again_they_are_told_again_and_what_was_not_taken_is_forgotten() -> None:
    pad = Keypad()
    pad.hide("")
    arrive(pad, "4#")
    pad.show(1000)
    assert pad.take() == ""
    assert arrive(pad, "7", at_ms=1100) == "7"


def test_a_late_report_of_a_hidden_key_is_not_told() -> None:
    pad = Keypad()
    pad.hide("#")
    arrive(pad, "42")
    pad.show(500)
    assert arrive(pad, "42", by="recognition", at_ms=900) == ""


def test_frames_stay_blank_until_late_reports_have_come() -> None:
    pad = Keypad()
    assert not pad.blanks(0)
    pad.hide("#")
    assert pad.blanks(1)
    pad.show(1000)
    assert pad.blanks(1000 + SAME_KEY_MS - 1)
    assert not pad.blanks(1000 + SAME_KEY_MS)


@pytest.mark.parametrize(
    "frame",
    [
        {"kind": "DtmfData", "dtmfData": {"data": "7", "participantRawID": "4:x"}},
        {"kind": "AudioData", "audioData": {"data": "77777777", "silent": False}},
        [{"type": "Microsoft.Communication.ContinuousDtmfRecognitionToneReceived", "data": {"tone": "seven", "sequenceId": 1}}],
        {"data": {"dtmfResult": {"tones": ["seven", "7"]}}},
        {"event": "dtmf", "dtmf": {"digit": "7"}},
        {"event": "media", "media": {"payload": "7777"}},
        {"type": "input_audio_buffer.append", "audio": "7777"},
    ],
)
def test_a_blanked_frame_tells_neither_key_nor_sound(frame: object) -> None:
    blank = blanked(json.dumps(frame).encode())
    assert b"7" not in blank
    assert b"seven" not in blank
    json.loads(blank)


def test_a_frame_that_is_no_json_says_nothing_at_all() -> None:
    assert json.loads(blanked(b"\xff7")) == {"blanked": True}


@pytest.mark.parametrize(
    ("edge", "direction", "frame", "tells"),
    [
        ("media", "in", b"{}", True),
        ("webhook", "in", b"{}", True),
        ("engine", "out", b'{"type":"input_audio_buffer.append","audio":""}', True),
        ("engine", "out", b'{"type":"response.create"}', False),
        ("engine", "in", b"{}", False),
        ("media", "out", b"{}", False),
    ],
)
def test_only_the_callers_side_is_blanked(edge: str, direction: str, frame: bytes, tells: bool) -> None:
    assert tells_of_keys(edge, direction, frame) is tells
