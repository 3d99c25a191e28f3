from __future__ import annotations

import base64

import pytest

from voiceagent.emulators.voice_live import sound
from voiceagent.emulators.voice_live.errors import Refusal


def test_pcm_comes_out_as_it_went_in() -> None:
    assert sound.decode_append(base64.b64encode(b"\1\2\3\4").decode(), "pcm16") == b"\1\2\3\4"
    assert base64.b64decode(sound.encode_delta(b"\1\2\3\4", "pcm16")) == b"\1\2\3\4"


@pytest.mark.parametrize("name", ["g711_ulaw", "g711_alaw"])
def test_telephone_audio_is_one_byte_a_sample(name: str) -> None:
    coded = sound.encode_delta(bytes(320), name)
    assert len(base64.b64decode(coded)) == 160
    assert len(sound.decode_append(coded, name)) == 320


@pytest.mark.parametrize("audio", [None, 7, "???", "AAA", base64.b64encode(b"odd").decode()])
def test_what_is_no_audio_is_refused(audio: object) -> None:
    with pytest.raises(Refusal) as refused:
        sound.decode_append(audio, "pcm16")
    assert refused.value.param == "audio"


def test_an_append_has_a_limit() -> None:
    with pytest.raises(Refusal, match="15728640"):
        sound.decode_append("A" * (sound.APPEND_LIMIT + 4), "pcm16")
    assert len(sound.decode_append("A" * sound.APPEND_LIMIT, "pcm16")) == sound.APPEND_LIMIT * 3 // 4


def test_deltas_have_one_length_but_for_the_last() -> None:
    cutter = sound.Cutter(rate=24_000, delta_ms=250)
    assert cutter.push(bytes(11_000)) == []
    deltas = cutter.push(bytes(15_000))
    assert [cutter.ms(delta) for delta in deltas] == [250, 250]
    assert [len(delta) for delta in cutter.flush()] == [2000]
    assert cutter.flush() == []
    assert cutter.pushed_ms == pytest.approx(26_000 / 48)


def test_a_delta_is_16000_characters_of_base64() -> None:
    (delta,) = sound.Cutter(rate=24_000, delta_ms=250).push(bytes(12_000))
    assert len(sound.encode_delta(delta, "pcm16")) == 16_000
