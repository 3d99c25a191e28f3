"""Frames of apps on the media socket, good and wrong."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from voiceagent.emulators.lint.media import MediaLint

AUDIO = b64encode(bytes(960)).decode()


def a_lint(*, rate: int = 24_000, bidirectional: bool = True, began: bool = True) -> MediaLint:
    lint = MediaLint(rate=rate, bidirectional=bidirectional)
    lint.began = began
    return lint


def rules(frame: Any, lint: MediaLint | None = None) -> list[str]:
    content = frame if isinstance(frame, bytes) else json.dumps(frame).encode()
    return [breach.rule for breach in (lint or a_lint()).look(content, 0)]


@pytest.mark.parametrize(
    "frame",
    [
        {"Kind": "AudioData", "AudioData": {"Data": AUDIO}, "StopAudio": None},
        {"kind": "AudioData", "audioData": {"data": AUDIO}},
        {"kind": "audioData", "audioData": {"data": AUDIO, "isSilent": False}, "stopAudio": {}},
        {"Kind": "StopAudio", "AudioData": None, "StopAudio": {}},
        {"kind": "stopAudio", "stopAudio": {}},
    ],
)
def test_what_microsofts_own_clients_write_is_good(frame: Any) -> None:
    assert rules(frame) == []


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (b"\xff\xfe\xfd", ["media-utf8"]),
        (b"hello", ["media-json"]),
        (b"[1]", ["media-json"]),
        ({"AudioData": {"Data": AUDIO}}, ["media-kind-missing"]),
        ({"Kind": "Mark", "Mark": {}}, ["media-kind-unknown"]),
        ({"KIND": "AudioData", "AudioData": {"Data": AUDIO}}, ["media-case"]),
        ({"Kind": "AUDIODATA", "AudioData": {"Data": AUDIO}}, ["media-case"]),
        ({"Kind": "AudioData", "AudioData": {"DATA": AUDIO}}, ["media-case"]),
        ({"Kind": "AudioData", "AudioData": None}, ["media-no-data"]),
        ({"Kind": "AudioData", "AudioData": {"Data": "***"}}, ["media-base64"]),
        ({"Kind": "AudioData", "AudioData": {"Data": ""}}, ["media-empty"]),
        ({"Kind": "AudioData", "AudioData": {"Data": b64encode(bytes(961)).decode()}}, ["media-odd"]),
        ({"Kind": "StopAudio", "AudioData": None, "StopAudio": None}, ["media-stop-shape"]),
        ({"Kind": "StopAudio", "AudioData": {"Data": AUDIO}, "StopAudio": {}}, ["media-stop-shape"]),
    ],
)
def test_what_is_wrong_with_a_frame(frame: Any, expected: list[str]) -> None:
    assert rules(frame) == expected


def test_audio_that_nobody_will_hear_or_that_comes_too_early() -> None:
    frame = {"Kind": "AudioData", "AudioData": {"Data": AUDIO}, "StopAudio": None}
    assert rules(frame, a_lint(bidirectional=False)) == ["media-one-way"]
    assert rules(frame, a_lint(began=False)) == ["media-early"]


def test_frames_of_another_rates_size_are_noticed_when_there_are_no_others() -> None:
    other, own = ({"Kind": "AudioData", "AudioData": {"Data": b64encode(bytes(size)).decode()}} for size in (640, 960))
    lint = a_lint()
    assert [rules(other, lint) for _ in range(26)] == [*[[]] * 24, ["media-rate"], []]
    lint = a_lint()
    assert rules(own, lint) == []
    assert [rule for _ in range(40) for rule in rules(other, lint)] == []


def test_more_than_a_minute_in_the_queue_is_noticed_until_it_is_flushed() -> None:
    minute = {"Kind": "AudioData", "AudioData": {"Data": b64encode(bytes(48_000 * 12)).decode()}}
    lint = a_lint()
    assert [rules(minute, lint) for _ in range(6)] == [*[[]] * 5, ["media-fast"]]
    assert rules({"Kind": "StopAudio", "AudioData": None, "StopAudio": {}}, lint) == []
    assert rules(minute, lint) == []


def test_a_huge_frame_is_noticed() -> None:
    huge = {"Kind": "AudioData", "AudioData": {"Data": b64encode(bytes(1_200_000)).decode()}}
    assert rules(huge) == ["media-large"]
