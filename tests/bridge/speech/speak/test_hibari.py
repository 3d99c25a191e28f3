"""The voice: rates, timbres, chunks and memory."""

from __future__ import annotations

import numpy as np
import pytest

from voiceagent.audio.tones import level_dbfs, silence
from voiceagent.speech.hear.digits import find_number
from voiceagent.speech.hear.moonshine import Moonshine
from voiceagent.speech.port import Variant
from voiceagent.speech.speak.hibari import Hibari

pytestmark = pytest.mark.engine

TEXT = "Your order was shipped on Monday."


@pytest.fixture(scope="module")
def voice() -> Hibari:
    return Hibari()


def seconds(pcm: bytes, rate: int) -> float:
    return len(pcm) / 2 / rate


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000])
def test_every_rate_takes_the_same_time(voice: Hibari, rate: int) -> None:
    pcm = b"".join(voice.stream(TEXT, rate=rate))
    assert seconds(pcm, rate) == pytest.approx(seconds(b"".join(voice.stream(TEXT, rate=24_000)), 24_000), rel=0.01)
    assert -40 < level_dbfs(pcm) < -6


def test_a_deeper_caller_takes_longer_and_a_higher_one_less_long(voice: Hibari) -> None:
    variants: tuple[Variant, ...] = ("caller-low", "agent", "caller-high")
    low, own, high = (seconds(b"".join(voice.stream(TEXT, rate=16_000, variant=each)), 16_000) for each in variants)
    assert low / own == pytest.approx(1 / 0.86, rel=0.01)
    assert high / own == pytest.approx(1 / 1.12, rel=0.01)


def test_each_sentence_is_a_chunk_and_a_long_first_one_begins_early(voice: Hibari) -> None:
    assert len(list(voice.stream("Hello there. How are you? Fine.", rate=16_000))) == 3
    long = "When you have found the number on the invoice, please read it to me slowly, digit by digit."
    first, *_ = voice.stream(long, rate=16_000)
    assert seconds(first, 16_000) < 4


def test_speech_ends_when_it_is_cancelled(voice: Hibari) -> None:
    spoken: list[bytes] = []
    for chunk in voice.stream("One sentence. Another sentence. A third.", rate=16_000, cancelled=lambda: bool(spoken)):
        spoken.append(chunk)
    assert len(spoken) == 1


def test_nothing_to_say_makes_no_sound(voice: Hibari) -> None:
    assert list(voice.stream("", rate=16_000)) == []
    assert list(voice.stream(" ... ", rate=16_000)) in ([], [*voice.stream(" ... ", rate=16_000)])


def test_the_same_words_are_the_same_bytes(voice: Hibari) -> None:
    assert list(voice.stream(TEXT, rate=16_000)) == list(Hibari().stream(TEXT, rate=16_000))


def test_a_repeated_sentence_comes_from_memory(voice: Hibari) -> None:
    first = list(voice.stream("Are you still there?", rate=24_000))
    again = list(voice.stream("Are you still there?", rate=24_000))
    assert all(one is other for one, other in zip(first, again, strict=True))


def test_memory_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiceagent.speech.speak.hibari._REMEMBERED_BYTES", 60_000)
    voice = Hibari()
    first = list(voice.stream("Hello.", rate=16_000))
    list(voice.stream(TEXT, rate=16_000))
    again = list(voice.stream("Hello.", rate=16_000))
    assert again == first
    assert again[0] is not first[0]


@pytest.mark.parametrize("written", ["Your order number is 4271.", "Order 4 2 7 1 is on its way."])
def test_an_order_number_is_understood_as_its_digits(voice: Hibari, written: str) -> None:
    line = silence(200, 16_000)  # what a detector keeps from before the onset; without it the ear mishears beginnings
    heard = Moonshine().transcribe(line + b"".join(voice.stream(written, rate=16_000)))
    assert find_number(heard.text, min_digits=4, max_digits=4) == "4271"


def test_a_sentence_begins_at_once_and_pauses_no_longer_than_a_speaker(voice: Hibari) -> None:
    samples = np.abs(np.frombuffer(b"".join(voice.stream("We are open from nine to five.", rate=24_000)), "<i2"))
    audible = np.flatnonzero(samples > 300)
    assert audible[0] / 24 < 80, "milliseconds before the first sound"
    assert (len(samples) - audible[-1]) / 24 < 300, "milliseconds after the last"
