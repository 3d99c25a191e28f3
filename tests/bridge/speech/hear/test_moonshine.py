"""The ear on people's voices; and that its weights are the right ones."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from voiceagent.audio.line import telephone
from voiceagent.audio.resample import resample
from voiceagent.audio.wav import read_wav
from voiceagent.errors import UserError
from voiceagent.speech.hear.digits import find_number
from voiceagent.speech.hear.moonshine import WEIGHTS, Moonshine, cut_at_quiet, join_tokens, read_tokens
from voiceagent.speech.hear.turn import hear_turn
from voiceagent.speech.think.port import DigitsWanted


@pytest.fixture(scope="module")
def ear() -> Moonshine:
    return Moonshine()


def recording(root: Path, name: str, noise_db: float | None = None) -> bytes:
    pcm, rate = read_wav(root / "tests/data/speech" / f"{name}.wav")
    return resample(telephone(pcm, rate, noise_db=noise_db, seed=7), rate, 16_000)


@pytest.mark.engine
@pytest.mark.parametrize("noise_db", [None, 20, 15])
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("order-4271-human-8k", "4271"),
        ("number-4271-human-8k", "4271"),
        ("digits-4271-human-8k", "4271"),
        ("digits-9053-human-8k", "9053"),
    ],
)
def test_a_persons_number_is_heard_through_a_telephone(
    ear: Moonshine, root: Path, name: str, number: str, noise_db: float | None
) -> None:
    heard = hear_turn(ear, recording(root, name, noise_db), wanted=DigitsWanted(4, 4))
    assert find_number(heard.text, min_digits=4, max_digits=4) == number


@pytest.mark.engine
def test_in_digits_mode_only_digits_come_out(ear: Moonshine, root: Path) -> None:
    heard = ear.transcribe(recording(root, "digits-4271-human-8k"), digits=True)
    assert find_number(heard.text) == "4271"
    assert heard.confidence > -0.5


@pytest.mark.engine
@pytest.mark.parametrize("noise_db", [None, 20, 10])
def test_words_that_sound_like_numbers_do_not_become_an_order_number(
    ear: Moonshine, root: Path, noise_db: float | None
) -> None:
    sound = recording(root, "hold-please-human-8k", noise_db)
    assert not find_number(hear_turn(ear, sound, wanted=DigitsWanted(3, 5)).text, min_digits=3)


@pytest.mark.engine
def test_next_to_no_sound_is_no_text(ear: Moonshine) -> None:
    assert ear.transcribe(b"").text == ""
    assert ear.transcribe(bytes(1600)).text == ""
    assert ear.transcribe(b"\0" * 3001).text == ""


@pytest.mark.engine
def test_cancelled_work_ends_without_text(ear: Moonshine, root: Path) -> None:
    asked: list[None] = []

    def after_three_tokens() -> bool:
        asked.append(None)
        return len(asked) > 4

    assert ear.transcribe(recording(root, "order-4271-human-8k"), cancelled=after_three_tokens).text == ""
    assert len(asked) < 10


@pytest.mark.engine
def test_a_runaway_is_stopped(ear: Moonshine) -> None:
    noise = (np.random.default_rng(3).standard_normal(32_000) * 6000).astype("<i2").tobytes()
    heard = ear.transcribe(noise, digits=True)
    assert len(heard.text) < 100
    assert heard.confidence < -1


@pytest.mark.engine
def test_many_threads_hear_the_same(ear: Moonshine, root: Path) -> None:
    sound = recording(root, "digits-4271-human-8k")
    alone = ear.transcribe(sound)
    ready = threading.Barrier(3)

    def hear(_: int) -> object:
        ready.wait(10)
        return ear.transcribe(sound)

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(hear, range(3))) == [alone] * 3


@pytest.mark.engine
def test_long_speech_is_heard_whole(ear: Moonshine, root: Path) -> None:
    text = ear.transcribe(recording(root, "digits-4271-human-8k") * 6).text.lower()
    assert text.count("seven") + text.count("7") >= 5


def test_long_sound_is_cut_where_it_is_quiet() -> None:
    sound = np.full(16_000 * 30, 0.5, np.float32)
    sound[16_000 * 17 : 16_000 * 18] = 0
    pieces = cut_at_quiet(sound)
    assert [round(len(piece) / 16_000) for piece in pieces] == [17, 13]
    assert sum(len(piece) for piece in pieces) == len(sound)


def test_short_sound_is_not_cut() -> None:
    assert [len(piece) for piece in cut_at_quiet(np.zeros(16_000, np.float32))] == [16_000]


def test_missing_weights_name_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="missing") as caught:
        Moonshine(tmp_path)
    assert "moonshine-voice==0.1.0" in caught.value.remedy


def test_other_weights_are_refused(tmp_path: Path) -> None:
    for name in WEIGHTS:
        (tmp_path / name).write_bytes(b"another model")
    with pytest.raises(UserError, match="not the ones"):
        Moonshine(tmp_path)


def test_the_vocabulary_file_is_read() -> None:
    long = b"x" * 130
    assert read_tokens(b"\x02hi\x03</s>"[:3] + bytes([130, 1])[:0] + bytes([128 + 2, 1]) + long) == [b"hi", long]


def test_tokens_become_text() -> None:
    assert join_tokens(["▁Hel".encode(), b"lo", b"</s>", "▁".encode(), b"<0xC3>", b"<0xA9>"]) == "Hello é"
