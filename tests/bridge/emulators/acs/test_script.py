"""Steps as people write them, and speech as frames."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest
from fake_app import speech

from voiceagent.audio.wav import wav_bytes
from voiceagent.emulators.acs.script import Dtmf, Interrupt, Say, Silence, Wav, frames_of, read_steps, trimmed
from voiceagent.errors import UserError


def test_all_kinds_of_steps_are_read() -> None:
    wav = b64encode(wav_bytes(speech(40, 8_000), 8_000)).decode()
    assert read_steps(
        [
            {"say": "Hi"},
            {"wav": wav},
            {"interrupt": "No", "after_ms": 300},
            {"interrupt": "No"},
            {"dtmf": "1a#"},
            {"silence": 50},
        ]
    ) == (Say("Hi"), Wav(speech(40, 8_000), 8_000), Interrupt("No", 300), Interrupt("No", 1_000), Dtmf("1A#"), Silence(50))


def test_a_recording_may_have_manners_of_its_own() -> None:
    wav = b64encode(wav_bytes(speech(40, 8_000), 8_000)).decode()
    assert read_steps([{"wav": wav, "pause_ms": 250}, {"wav": wav, "after_ms": 90}]) == (
        Wav(speech(40, 8_000), 8_000, pause_ms=250),
        Wav(speech(40, 8_000), 8_000, after_ms=90),
    )


@pytest.mark.parametrize(
    ("steps", "sentence"),
    [
        ("hello", "`steps` must be a list"),
        (["hello"], "Step 1 must be an object"),
        ([{"say": "Hi"}, {}], "Step 2 must have exactly one of say, wav, interrupt, dtmf, silence; it has nothing"),
        ([{"say": "Hi", "dtmf": "1"}], "it has say, dtmf"),
        ([{"say": " "}], "Step 1 needs words"),
        ([{"say": "Hi", "loud": True}], "unknown key 'loud'"),
        ([{"say": "Hi", "pause_ms": 5}], "unknown key 'pause_ms'"),
        ([{"dtmf": "1x"}], "dtmf takes the keys"),
        ([{"silence": -1}], "silence must be milliseconds"),
        ([{"silence": True}], "silence must be milliseconds"),
        ([{"interrupt": "No", "after_ms": "soon"}], "after_ms must be milliseconds"),
        ([{"wav": "???"}], "base64 of a WAV file"),
        ([{"wav": "QUJD"}], "WAV"),
    ],
)
def test_a_step_that_cannot_be_read_is_named(steps: Any, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence.replace("(", r"\(")):
        read_steps(steps)


def test_speech_is_cut_into_frames_of_twenty_ms_and_the_last_is_filled() -> None:
    frames = frames_of(speech(50), 24_000)
    assert [len(b64decode(frame)) for frame in frames] == [960, 960, 960]
    assert b"".join(map(b64decode, frames)) == speech(50).ljust(2_880, b"\0")


def test_the_silence_around_words_is_cut_off_up_to_an_edge() -> None:
    assert trimmed(bytes(48 * 500) + speech(200) + bytes(48 * 500), 24_000) == bytes(48 * 40) + speech(200) + bytes(48 * 40)
    assert trimmed(speech(200), 24_000) == speech(200)
