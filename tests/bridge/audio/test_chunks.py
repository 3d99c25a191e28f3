from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.chunks import FrameCutter, decode_payload, payload_bytes


@given(st.binary(max_size=40))
def test_the_length_of_a_payload_is_known_without_decoding(pcm: bytes) -> None:
    assert payload_bytes(base64.b64encode(pcm)) == len(pcm)


@given(st.lists(st.binary(max_size=30), max_size=8), st.integers(1, 12))
def test_bytes_are_cut_and_nothing_is_lost(pieces: list[bytes], size: int) -> None:
    cutter = FrameCutter(size)
    frames = [frame for piece in pieces for frame in cutter.push(piece)]
    assert {len(frame) for frame in frames} <= {size}
    whole = b"".join(pieces)
    assert b"".join(frames) == whole[: len(whole) // size * size]


def test_a_payload_that_is_no_base64_is_refused() -> None:
    assert decode_payload(base64.b64encode(b"\x01\x02")) == b"\x01\x02"
    with pytest.raises(ValueError):
        decode_payload(b"A")
