from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.chunks import FrameCutter, PayloadCutter, decode_payload, encode_payload, payload_bytes
from voiceagent.audio.formats import PCM16K, PCM24K, Format

FORMATS = st.sampled_from([PCM16K, PCM24K])


@given(st.binary(max_size=40))
def test_the_length_of_a_payload_is_known_without_decoding(pcm: bytes) -> None:
    assert payload_bytes(base64.b64encode(pcm)) == len(pcm)


@given(st.lists(st.binary(max_size=30), max_size=8), st.integers(1, 12))
def test_bytes_are_cut_and_nothing_is_lost(pieces: list[bytes], size: int) -> None:
    cutter = FrameCutter(size)
    frames = [frame for piece in pieces for frame in cutter.push(piece)]
    assert {len(frame) for frame in frames} <= {size}
    assert cutter.pending < size
    assert b"".join(frames) + cutter.flush() == b"".join(pieces)
    assert cutter.flush() == b""


@given(st.lists(st.integers(0, 3000), max_size=6), FORMATS)
def test_payloads_are_cut_and_nothing_is_lost(sizes: list[int], format: Format) -> None:
    pieces = [bytes((start + at) % 251 for at in range(size)) for start, size in enumerate(sizes)]
    cutter = PayloadCutter(format)
    frames = [frame for piece in pieces for frame in cutter.push(base64.b64encode(piece))]
    assert {payload_bytes(frame) for frame in frames} <= {format.frame_bytes}
    left = sum(sizes) - len(frames) * format.frame_bytes
    assert cutter.pending_ms == pytest.approx(format.ms(left))
    rest = cutter.flush()
    assert b"".join(map(base64.b64decode, frames)) + base64.b64decode(rest) == b"".join(pieces)
    assert cutter.pending_ms == 0


def test_at_24_khz_the_text_itself_is_cut() -> None:
    payload = base64.b64encode(bytes(range(192)) * 15)
    assert PayloadCutter(PCM24K).push(payload) == [payload[:1280], payload[1280:2560], payload[2560:]]


def test_what_waits_can_be_forgotten() -> None:
    cutter = PayloadCutter(PCM24K)
    assert cutter.push(base64.b64encode(bytes(100))) == []
    cutter.clear()
    assert (cutter.pending_ms, cutter.flush()) == (0, b"")


def test_payloads_there_and_back() -> None:
    assert decode_payload(encode_payload(b"\x01\x02")) == b"\x01\x02"
    with pytest.raises(ValueError):
        decode_payload(b"A")
