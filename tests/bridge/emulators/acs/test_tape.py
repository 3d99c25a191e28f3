"""Both sides of a call on one time line."""

from __future__ import annotations

import numpy as np

from voiceagent.emulators.acs.ear import Piece
from voiceagent.emulators.acs.tape import interleaved, mixed, spans, track

RATE = 1_000
"""One sample a millisecond, to count on fingers."""


def pcm(*samples: int) -> bytes:
    return np.array(samples, dtype="<i2").tobytes()


def test_pieces_sound_at_their_time_and_are_cut_at_the_edges() -> None:
    pieces = [Piece(8, pcm(1, 2, 3)), Piece(12, pcm(4)), Piece(18, pcm(5, 6, 7))]
    assert track(pieces, rate=RATE, start=10, end=20).tolist() == [3, 0, 4, 0, 0, 0, 0, 0, 5, 6]


def test_pieces_that_overlap_are_added_without_overflow() -> None:
    assert track([Piece(0, pcm(30_000)), Piece(0, pcm(30_000))], rate=RATE, start=0, end=1).tolist() == [32_767]


def test_a_recording_leaves_its_pauses_out() -> None:
    pieces = [Piece(0, pcm(*range(10)))]
    assert spans(pieces, [(1, 3), (7, 9)], rate=RATE).tolist() == [1, 2, 7, 8]
    assert spans(pieces, [], rate=RATE).tolist() == []


def test_tracks_are_mixed_or_kept_apart() -> None:
    left, right = np.array([1, 2], dtype="<i2"), np.array([10, 20], dtype="<i2")
    assert mixed(left, right) == pcm(11, 22)
    assert interleaved(left, right) == pcm(1, 10, 2, 20)
