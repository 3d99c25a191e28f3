"""The caller's script from what was typed."""

from __future__ import annotations

import base64
import wave
from pathlib import Path
from typing import Any

import pytest

from voiceagent.audio.wav import wav_bytes
from voiceagent.errors import UserError
from voiceagent_cli.steps import INTERRUPT_AFTER_MS
from voiceagent_cli.steps import script as script_and_doubts


def script(typed: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """The steps; nothing about them is doubtful."""
    doubts: list[str] = []
    steps = script_and_doubts(typed, doubts.append)
    assert not doubts
    return steps


def test_each_option_is_one_step_in_the_order_typed() -> None:
    typed = [("say", "Hello"), ("interrupt", "Wait@900"), ("dtmf", "42 71#"), ("silence", "300")]
    assert script(typed) == [{"say": "Hello"}, {"interrupt": "Wait", "after_ms": 900}, {"dtmf": "4271#"}, {"silence": 300}]


def test_other_repeatable_options_are_no_steps() -> None:
    assert script([("header", "x"), ("say", "Hello")]) == [{"say": "Hello"}]


@pytest.mark.parametrize("option", ["silence", "interrupt"])
@pytest.mark.parametrize("ms", ["600001", "9999999999999999999999", "9" * 5_000])
def test_longer_than_the_phone_waits_is_refused_with_its_bound(option: str, ms: str) -> None:
    with pytest.raises(UserError, match="the phone waits 600000 ms at most"):
        script([(option, ms if option == "silence" else f"Wait@{ms}")])


def test_the_longest_wait_of_the_phone_is_taken() -> None:
    assert script([("silence", "0600000"), ("interrupt", "Wait@ 600000")]) == [
        {"silence": 600_000},
        {"interrupt": "Wait", "after_ms": 600_000},
    ]


def test_an_interruption_without_a_moment_comes_early() -> None:
    assert script([("interrupt", "Wait")]) == [{"interrupt": "Wait", "after_ms": INTERRUPT_AFTER_MS}]


@pytest.mark.parametrize("typed", ["hi@", "hi@abc", "hi@-5", "hi@1.5", "hi@²", "Mail me@home"])
def test_what_follows_the_last_at_is_a_number(typed: str) -> None:
    with pytest.raises(UserError, match=typed) as raised:
        script([("interrupt", typed)])
    assert raised.value.remedy.startswith("TEXT@MS")


def test_words_may_hold_an_at_before_the_moment() -> None:
    assert script([("interrupt", "Mail me@home@700")]) == [{"interrupt": "Mail me@home", "after_ms": 700}]


def test_a_file_that_cannot_be_played_is_told_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").touch()
    for typed, told in (
        ("", "--wav names no file"),
        (str(tmp_path), "this is a folder"),
        (str(tmp_path / "a.wav"), "there is no such file"),
        (str(tmp_path / "empty.wav"), "the file is empty"),
    ):
        with pytest.raises(UserError, match=told) as raised:
            script([("wav", typed)])
        assert raised.value.remedy
        assert "ffmpeg" not in raised.value.remedy


def test_a_wav_file_travels_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes(b"\0\0" * 320)
    (step,) = script([("wav", str(path))])
    assert base64.b64decode(step["wav"]) == path.read_bytes()


@pytest.mark.parametrize(
    ("option", "typed"),
    [
        ("say", " "),
        ("dtmf", "4x"),
        ("dtmf", ""),
        ("silence", "soon"),
        ("silence", "0"),
        ("silence", "²"),
        ("silence", "٣"),
        ("interrupt", "@900"),
        ("wav", "nowhere.wav"),
    ],
)
def test_what_makes_no_sense_is_refused_before_the_phone_rings(option: str, typed: str) -> None:
    with pytest.raises(UserError):
        script([(option, typed)])


def test_a_file_that_is_no_wav_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"ID3 this is music")
    with pytest.raises(UserError, match=str(path)):
        script([("wav", str(path))])


def test_a_file_that_is_cut_short_is_played_with_a_doubt(tmp_path: Path) -> None:
    whole, half = tmp_path / "whole.wav", tmp_path / "half.wav"
    whole.write_bytes(wav_bytes(bytes(32_000), 8_000))
    half.write_bytes(whole.read_bytes()[:16_044])
    doubts: list[str] = []
    assert len(script_and_doubts([("say", "Hello"), ("wav", str(whole)), ("wav", str(half))], doubts.append)) == 3
    assert doubts == [f"{half} is cut short: its header announces 1.0 s more than there is"]
