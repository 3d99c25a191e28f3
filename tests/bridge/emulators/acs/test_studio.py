"""Callers' speech made ready: the voice is asked once, the line is heard, the noise goes on between words."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator

import pytest
from fake_app import FakeVoice, speech

from voiceagent.audio.tones import level_dbfs
from voiceagent.emulators.acs.script import Dtmf, Interrupt, Say, Speaker, Wav
from voiceagent.emulators.acs.studio import Line, Studio, over_the_line
from voiceagent.errors import UserError


class CountingVoice(FakeVoice):
    """Remembers what it was asked to say."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def stream(self, text: str, *, rate: int) -> Iterator[bytes]:
        self.said.append(text)
        yield from super().stream(text, rate=rate)


async def test_words_are_synthesised_once_and_only_when_needed() -> None:
    voice = CountingVoice()
    made: list[int] = []

    def load() -> Speaker:
        made.append(1)
        return voice

    studio = Studio(load)
    assert made == []
    first = await studio.utterance(Say("hello"), 24_000, Line("wideband"))
    again = await studio.utterance(Interrupt("hello", 5), 24_000, Line("wideband"))
    other = await studio.utterance(Say("hello"), 16_000, Line("wideband"))
    await studio.warm_up()
    assert first is again
    assert other is not first
    assert (voice.said, made) == (["hello", "hello"], [1])
    studio.close()


async def test_a_step_without_words_has_no_utterance() -> None:
    studio = Studio(None)
    assert await studio.utterance(Dtmf("1"), 24_000, Line()) is None
    assert not studio.has_voice
    await studio.warm_up()
    studio.close()


async def test_a_recording_is_brought_to_the_rate_of_the_call() -> None:
    studio = Studio(None)
    words = await studio.utterance(Wav(speech(100, 8_000), 8_000), 24_000, Line("wideband"))
    assert words is not None
    assert len(words.pcm) == 100 * 48
    assert [len(b64decode(frame)) for frame in words.frames] == [960] * 5
    studio.close()


def test_the_telephone_is_narrower_and_as_long() -> None:
    high = speech(200)[:0]
    import numpy as np

    at = np.arange(4_800) / 24_000
    high = (np.sin(2 * np.pi * 6_000 * at) * 8_000).astype("<i2").tobytes()
    wide = over_the_line("", high, 24_000, 24_000, Line("wideband"))
    narrow = over_the_line("", high, 24_000, 24_000, Line("telephone"))
    assert len(narrow.pcm) == len(wide.pcm)
    assert level_dbfs(narrow.pcm) < level_dbfs(wide.pcm) - 20


def test_where_speech_begins_is_judged_without_the_noise() -> None:
    pcm = bytes(48 * 200) + speech(200) + bytes(48 * 200)
    for kind in ("telephone", "wideband"):
        noisy = over_the_line("", pcm, 24_000, 24_000, Line(kind, noise_db=5))  # type: ignore[arg-type]  # both are kinds
        assert (noisy.begins_ms, noisy.ends_ms) == (200, 400)
        assert level_dbfs(noisy.pcm[: 48 * 100]) > -60


async def test_a_quiet_line_has_no_idle_frames_and_a_noisy_one_is_as_loud_as_said() -> None:
    studio = Studio(None)
    assert await studio.idle_frames(24_000, Line("wideband"), -20) == ()
    frames = await studio.idle_frames(24_000, Line("wideband", noise_db=15), -20)
    assert len(frames) == 100
    assert abs(level_dbfs(b"".join(map(b64decode, frames))) + 35) < 1
    narrow = await studio.idle_frames(16_000, Line("telephone", noise_db=15), -20)
    assert len(b64decode(narrow[0])) == 640
    studio.close()


def test_words_without_a_voice_are_refused_before_the_call() -> None:
    Studio(None).must_be_able_to_say((Dtmf("4"),))
    with pytest.raises(UserError, match="no voice for callers"):
        Studio(None).must_be_able_to_say((Dtmf("4"), Say("hello")))
