"""The outbox lets old audio go and nothing else."""

from __future__ import annotations

from voiceagent.protocol.outbox import Outbox


def drain(outbox: Outbox) -> list[bytes]:
    frames = []
    while (frame := outbox.take()) is not None:
        frames.append(frame)
    return frames


def test_frames_leave_in_order() -> None:
    outbox = Outbox(limit=100)
    outbox.put(b"one", droppable=True)
    outbox.put(b"two", droppable=False)
    assert (len(outbox), outbox.waiting) == (2, 3)
    assert drain(outbox) == [b"one", b"two"]
    assert outbox.take() is None


def test_the_oldest_audio_gives_way_and_is_counted() -> None:
    outbox = Outbox(limit=10)
    for letter in b"abc":
        outbox.put(bytes((letter,)) * 4, droppable=True)
    assert drain(outbox) == [b"bbbb", b"cccc"]
    assert outbox.dropped == 1


def test_control_frames_never_give_way() -> None:
    outbox = Outbox(limit=4)
    outbox.put(b"stop" * 100, droppable=False)
    outbox.put(b"aaaa", droppable=True)
    outbox.put(b"bbbb", droppable=True)
    assert drain(outbox) == [b"stop" * 100, b"bbbb"]


def test_room_comes_back_after_taking() -> None:
    outbox = Outbox(limit=4)
    outbox.put(b"aaaa", droppable=True)
    assert outbox.take() == b"aaaa"
    outbox.put(b"bbbb", droppable=True)
    assert outbox.dropped == 0
