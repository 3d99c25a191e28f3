"""Cutting never changes a byte, whatever the pieces."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.chunks import payload_bytes
from voiceagent.audio.formats import Format
from voiceagent.errors import RemoteProtocolError
from voiceagent.runtime.cuts import Cuts


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
    assert cuts.is_one_frame(frame)
    cuts.push(base64.b64encode(bytes(30)))
    assert not cuts.is_one_frame(frame)


@pytest.mark.parametrize(("rate", "bytes_"), [(24_000, 959), (24_000, 958), (16_000, 641), (16_000, 642)])
def test_a_piece_of_as_many_characters_is_no_frame_when_its_bytes_are_others(rate: int, bytes_: int) -> None:
    cuts = Cuts(rate)
    piece = base64.b64encode(bytes(bytes_))
    assert len(piece) == Format(rate).frame_chars
    assert not cuts.is_one_frame(piece)


@pytest.mark.parametrize(("rate", "sizes"), [(24_000, (959, 961, 960)), (24_000, (1919, 1)), (16_000, (642, 638, 640))])
def test_samples_stay_whole_across_pieces_that_end_within_one(rate: int, sizes: tuple[int, ...]) -> None:
    pcm = bytes(number % 251 for number in range(sum(sizes)))
    cuts, frames, at = Cuts(rate), [], 0
    for size in sizes:
        frames += cuts.push(base64.b64encode(pcm[at : at + size]))
        at += size
    assert {payload_bytes(frame) for frame in frames} == {rate // 50 * 2}
    assert b"".join(map(base64.b64decode, frames)) == pcm


@pytest.mark.parametrize("rate", [16_000, 24_000])
def test_what_is_not_base64_is_refused_and_changes_nothing(rate: int) -> None:
    cuts = Cuts(rate)
    cuts.push(base64.b64encode(b"kept"))
    with pytest.raises(RemoteProtocolError, match="base64"):
        cuts.push(b"abc")
    assert base64.b64decode(cuts.rest()) == b"kept"
