"""The fakes of speech: exact, and through a telephone line still exact."""

from __future__ import annotations

import pytest

from voiceagent.audio.line import telephone
from voiceagent.audio.resample import resample
from voiceagent.speech.think.port import Call, CallerSaid, DigitsWanted, Said
from voiceagent.testing.speech import (
    LoudnessDetector,
    Phrasebook,
    ScriptedThinker,
    ToneEar,
    ToneVoice,
    pitch_of,
    tone_parts,
    tone_pcm,
)


def test_a_sentence_lasts_as_long_as_it_is() -> None:
    pcm = b"".join(ToneVoice().stream("x" * 50, rate=8_000))
    assert len(pcm) / 2 / 8_000 == 1.0


@pytest.mark.parametrize("rate", [8_000, 16_000, 24_000])
def test_the_ear_knows_what_the_voice_said_at_any_rate(rate: int) -> None:
    book = Phrasebook()
    voice, ear = ToneVoice(book), ToneEar(book)
    for text in ("good morning", "order 4271", "goodbye"):
        pcm = b"".join(voice.stream(text, rate=rate))
        assert ear.transcribe(resample(pcm, rate, 16_000)).text == text
    assert ear.heard == voice.spoken


def test_a_telephone_line_and_silence_around_it_change_nothing() -> None:
    book = Phrasebook()
    pcm = bytes(8_000) + b"".join(ToneVoice(book).stream("where is my order", rate=16_000)) + bytes(16_000)
    assert ToneEar(book).transcribe(telephone(pcm, 16_000, noise_db=30)).text == "where is my order"


def test_all_pitches_of_the_book_are_told_apart() -> None:
    book = Phrasebook()
    texts = [f"text {number}" for number in range(130)]
    ear, voice = ToneEar(book), ToneVoice(book)
    assert [ear.transcribe(b"".join(voice.stream(text, rate=16_000))).text for text in texts] == texts


def test_digits_mode_gives_the_digits_alone() -> None:
    book = Phrasebook()
    pcm = b"".join(ToneVoice(book).stream("it's four two", rate=16_000))
    assert ToneEar(book).transcribe(pcm, digits=True).text == "42"


def test_silence_and_cancelled_work_are_no_text() -> None:
    book = Phrasebook()
    pcm = b"".join(ToneVoice(book).stream("hello", rate=16_000))
    assert ToneEar(book).transcribe(bytes(32_000)).text == ""
    assert ToneEar(book).transcribe(pcm, cancelled=lambda: True).text == ""


def test_loudness_is_speech() -> None:
    detector = LoudnessDetector()
    assert detector.push(bytes(1024) + tone_pcm(440, 64, rate=16_000)) == [0.0, 1.0, 1.0]
    assert detector.push(b"\0" * 100) == []
    detector.reset()
    assert detector.push(bytes(1024)) == [0.0]


def test_a_tones_pitch_is_measured() -> None:
    assert pitch_of(tone_pcm(440, 200, rate=16_000)) == pytest.approx(440, abs=1)
    assert pitch_of(b"") == 0.0


async def test_a_script_is_played_turn_by_turn() -> None:
    thinker = ScriptedThinker([Said("Hello.")], [Call("lookup_order", "{}")], digits=DigitsWanted(4, 4), unfinished=True)
    conversation = (CallerSaid("hi"),)
    assert [move async for move in thinker.reply(conversation, [], "")] == [Said("Hello.")]
    assert [move async for move in thinker.reply(conversation, [], "")] == [Call("lookup_order", "{}")]
    assert [move async for move in thinker.reply(conversation, [], "")] == []
    assert thinker.asked == [conversation] * 3
    assert (thinker.expects_digits(conversation), thinker.unfinished(conversation, "")) == (DigitsWanted(4, 4), True)


async def test_parts_of_tones_hold_a_conversation() -> None:
    book = Phrasebook()
    async with tone_parts(ScriptedThinker(), book) as parts:
        caller = b"".join(ToneVoice(book).stream("hello", rate=16_000))
        assert (await parts.hear(caller)).text == "hello"
