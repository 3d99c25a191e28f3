from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.g711 import alaw_encode, ulaw_encode
from voiceagent.audio.tones import tone
from voiceagent.audio.wav import cut_short, read_channels, read_wav, wav_bytes, write_wav
from voiceagent.errors import UserError

SOUND = tone((440,), 100, 16000)
SAMPLES = np.frombuffer(SOUND, dtype="<i2")


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def fmt(code: int, channels: int, rate: int, bits: int, more: bytes = b"") -> bytes:
    size = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", code, channels, rate, rate * size, size, bits) + more)


def riff(*chunks: bytes) -> bytes:
    body = b"WAVE" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def file(code: int, bits: int, data: bytes, *, channels: int = 1, rate: int = 16000) -> bytes:
    return riff(fmt(code, channels, rate, bits), chunk(b"data", data))


def wide(count: int) -> bytes:
    """The sound in `count` bytes a sample, the lower ones not zero."""
    return b"".join(b"\x7f" * (count - 2) + SOUND[at : at + 2] for at in range(0, len(SOUND), 2))


EXACT = {
    "16-bit PCM": file(1, 16, SOUND),
    "24-bit PCM": file(1, 24, wide(3)),
    "32-bit PCM": file(1, 32, wide(4)),
    "32-bit floats": file(3, 32, (SAMPLES / np.float32(32767)).astype("<f4").tobytes()),
    "64-bit floats": file(3, 64, (SAMPLES / 32767).astype("<f8").tobytes()),
    "extensible": riff(
        fmt(0xFFFE, 1, 16000, 16, struct.pack("<HHI", 22, 16, 4) + b"\x01\x00" + bytes(14)), chunk(b"data", SOUND)
    ),
    "chunks around": riff(
        chunk(b"LIST", b"odd"), fmt(1, 1, 16000, 16), chunk(b"fact", bytes(4)), chunk(b"data", SOUND), b"junk"
    ),
    "size unknown": riff(fmt(1, 1, 16000, 16), b"data\xff\xff\xff\xff" + SOUND),
    "size zero": riff(fmt(1, 1, 16000, 16), b"data\0\0\0\0" + SOUND),
    "RF64": b"RF64" + file(1, 16, SOUND)[4:],
    "cut off": riff(fmt(1, 1, 16000, 16), b"data" + struct.pack("<I", 10**6) + SOUND + b"\x01"),
    "stereo": file(1, 16, np.repeat(SAMPLES, 2).astype("<i2").tobytes(), channels=2),
}


@pytest.mark.parametrize("kind", EXACT)
def test_many_kinds_hold_the_same_sound(kind: str) -> None:
    assert read_wav(EXACT[kind]) == (SOUND, 16000)


@pytest.mark.parametrize(
    ("content", "tolerance"),
    [
        (file(1, 8, ((SAMPLES.astype(int) >> 8) + 128).astype("u1").tobytes()), 256),
        (file(7, 8, ulaw_encode(SOUND)), 600),
        (file(6, 8, alaw_encode(SOUND)), 600),
    ],
    ids=["8-bit PCM", "µ-law", "A-law"],
)
def test_coarse_kinds_hold_nearly_the_same_sound(content: bytes, tolerance: int) -> None:
    pcm, rate = read_wav(content)
    assert rate == 16000
    assert np.abs(np.frombuffer(pcm, dtype="<i2").astype(int) - SAMPLES).max() <= tolerance


def test_channels_are_mixed() -> None:
    left_and_right = np.array([[100, 300], [-100, 100], [32767, 32767]], dtype="<i2").tobytes()
    pcm, _ = read_wav(file(1, 16, left_and_right, channels=2))
    assert np.frombuffer(pcm, dtype="<i2").tolist() == [200, 0, 32767]


def test_floats_beyond_the_scale_are_clipped_and_nonsense_is_silent() -> None:
    pcm, _ = read_wav(file(3, 32, np.array([2.0, -2.0, np.nan], dtype="<f4").tobytes()))
    assert np.frombuffer(pcm, dtype="<i2").tolist() == [32767, -32767, 0]


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", SOUND, 24000)
    assert read_wav(tmp_path / "a.wav") == read_wav(str(tmp_path / "a.wav")) == (SOUND, 24000)
    assert (tmp_path / "a.wav").read_bytes() == wav_bytes(SOUND, 24000)


def test_the_standard_library_can_read_it(tmp_path: Path) -> None:
    import wave

    write_wav(tmp_path / "a.wav", SOUND, 8000, channels=2)
    with wave.open(str(tmp_path / "a.wav")) as found:
        assert (found.getnchannels(), found.getframerate(), found.getsampwidth()) == (2, 8000, 2)
        assert found.readframes(10**6) == SOUND


NEEDED = "; PCM or G.711 in a WAV file is needed"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "call.wav is empty" + NEEDED),
        (b"hello there, not audio", "call.wav is not a WAV file" + NEEDED),
        (b"ID3\x04" + bytes(20), "call.wav is an MP3 file" + NEEDED),
        (b"OggS" + bytes(20), "call.wav is an Ogg file" + NEEDED),
        (b"\0\0\0\x20ftypM4A ", "call.wav is an MP4 or M4A file" + NEEDED),
        (riff(), "call.wav is a WAV file that does not say its format" + NEEDED),
        (riff(chunk(b"data", SOUND)), "call.wav is a WAV file that does not say its format" + NEEDED),
        (riff(fmt(1, 1, 16000, 16)), "call.wav is a WAV file without samples" + NEEDED),
        (file(0x31, 0, b"x"), "call.wav is a WAV file with GSM 6.10 inside" + NEEDED),
        (file(85, 0, b"x"), "call.wav is a WAV file with MP3 inside" + NEEDED),
        (file(0x1234, 0, b"x"), "call.wav is a WAV file with code 0x1234 inside" + NEEDED),
        (file(1, 12, b"xx"), "call.wav is a WAV file with 12-bit PCM inside" + NEEDED),
        (file(3, 16, b"xx"), "call.wav is a WAV file with 16-bit floats inside" + NEEDED),
        (file(1, 16, SOUND, channels=0), "call.wav claims 0 channels at 16000 Hz" + NEEDED),
        (file(1, 16, SOUND, rate=5), "call.wav claims 1 channels at 5 Hz" + NEEDED),
        (file(1, 16, b""), "call.wav holds no sound"),
        (file(1, 16, b"\0"), "call.wav holds no sound"),
    ],
)
def test_anything_else_is_explained_with_a_remedy(content: bytes, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        read_wav(content, name="call.wav")
    assert str(caught.value) == sentence
    assert caught.value.remedy


def test_the_remedy_names_the_file() -> None:
    with pytest.raises(UserError) as caught:
        read_wav(b"ID3", name="hello.mp3")
    assert "ffmpeg -i hello.mp3 -ac 1 -ar 24000" in caught.value.remedy


def test_a_file_that_is_not_there_or_cannot_be_read_is_explained(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.wav does not exist"):
        read_wav(tmp_path / "none.wav")
    with pytest.raises(UserError, match="cannot be read"):
        read_wav(tmp_path)


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda body: b"RIFF\0\0\0\0WAVE" + body))
def test_garbage_is_explained_and_nothing_worse(content: bytes) -> None:
    try:
        read_wav(content)
    except UserError as error:
        assert error.remedy  # noqa: PT017  either outcome is fine, a remedy-less refusal is not


@given(
    st.sampled_from([0, 1, 3, 6, 7, 0xFFFE]),
    st.sampled_from([0, 8, 16, 24, 32, 64]),
    st.integers(0, 5),
    st.integers(0, 100_000),
    st.binary(max_size=60),
)
def test_any_claim_of_a_header_is_survived(code: int, bits: int, channels: int, rate: int, data: bytes) -> None:
    try:
        pcm, found = read_wav(file(code, bits, data, channels=channels, rate=rate))
    except UserError:
        return
    assert pcm
    assert len(pcm) % 2 == 0
    assert found == rate


def test_channels_can_be_had_apart() -> None:
    left, right = struct.pack("<3h", 1, 2, 3), struct.pack("<3h", -1, -2, -3)
    stereo = wav_bytes(struct.pack("<6h", 1, -1, 2, -2, 3, -3), 16_000, channels=2)
    assert read_channels(stereo) == ([left, right], 16_000)
    assert read_channels(wav_bytes(left, 8000)) == ([left], 8000)


def test_a_file_that_a_copy_broke_off_is_told_with_what_it_lacks() -> None:
    whole = wav_bytes(bytes(2 * 16_000 * 3), 16_000)
    assert cut_short(whole, name="a.wav") == ""
    assert cut_short(whole[:-44], name="a.wav") == "", "a header was counted in"
    told = cut_short(whole[: len(whole) // 2], name="a.wav")
    assert told == "a.wav is cut short: its header announces 1.5 s more than there is"


@pytest.mark.parametrize("size", [0, 0x7FFFF000, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_recorder_that_could_not_know_the_length_left_a_whole_file(size: int) -> None:
    content = riff(fmt(1, 1, 16000, 16), b"data" + struct.pack("<I", size) + SOUND)
    assert cut_short(content, name="a.wav") == ""
    assert read_wav(content)[0] == SOUND
