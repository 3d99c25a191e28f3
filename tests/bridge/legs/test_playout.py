"""What waits for the speaker: exact blocks, silence where there is nothing, a bound."""

from __future__ import annotations

from voiceagent.legs.playout import Playout


def test_blocks_are_cut_as_the_device_wants_them() -> None:
    playout = Playout(8000)
    playout.put(b"abcd")
    playout.put(b"efgh")
    assert [playout.take(6), playout.take(6)] == [b"abcdef", b"gh\0\0\0\0"]
    assert playout.pending_ms == 0


def test_nothing_waiting_is_silence() -> None:
    assert Playout(8000).take(4) == bytes(4)


def test_clearing_makes_it_silent_at_once() -> None:
    playout = Playout(8000)
    playout.put(b"abcd")
    playout.clear()
    assert (playout.pending_ms, playout.take(4)) == (0, bytes(4))


def test_a_device_that_takes_nothing_loses_the_oldest() -> None:
    playout = Playout(1000, bound_ms=2)
    for piece in (b"aa", b"bb", b"cc"):
        playout.put(piece)
    assert (playout.dropped, playout.take(6)) == (1, b"bbcc\0\0")
