"""Cutting never changes a byte, whatever the pieces."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import RemoteProtocolError
from voiceagent.runtime.cuts import Cuts, payload_bytes


@given(rate=st.sampled_from([16_000, 24_000]), pieces=st.lists(st.binary(max_size=3000), max_size=8))
def test_frames_and_rest_are_the_audio_again(rate: int, pieces: list[bytes]) -> None:
    cuts = Cuts(rate)
    frames = [frame for piece in pieces for frame in cuts.push(base64.b64encode(piece))]
    size = rate // 50 * 2
    assert all(payload_bytes(frame) == size for frame in frames)
    rest = cuts.rest()
    assert payload_bytes(rest) < size
    assert b"".join(map(base64.b64decode, [*frames, rest])) == b"".join(pieces)
    assert cuts.rest() == b""


@pytest.mark.parametrize(("rate", "bytes_"), [(24_000, 960), (16_000, 640)])
def test_a_full_frame_needs_no_cutting_unless_something_waits(rate: int, bytes_: int) -> None:
    cuts = Cuts(rate)
    frame = base64.b64encode(bytes(bytes_))
    assert len(frame) == cuts.frame_chars
    assert cuts.is_one_frame(frame)
    cuts.push(base64.b64encode(bytes(30)))
    assert not cuts.is_one_frame(frame)


@pytest.mark.parametrize("rate", [16_000, 24_000])
def test_what_is_not_base64_is_refused_and_changes_nothing(rate: int) -> None:
    cuts = Cuts(rate)
    cuts.push(base64.b64encode(b"kept"))
    with pytest.raises(RemoteProtocolError, match="base64"):
        cuts.push(b"abc")
    assert base64.b64decode(cuts.rest()) == b"kept"


@pytest.mark.parametrize("length", range(8))
def test_the_length_of_a_payload_is_read_from_its_text(length: int) -> None:
    assert payload_bytes(base64.b64encode(bytes(length))) == length
