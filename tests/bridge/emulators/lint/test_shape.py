"""Frames of a shape that was good before."""

from __future__ import annotations

from voiceagent.emulators.lint.shape import IN_FULL, Shape, decoded_size


def test_the_size_of_audio_is_known_without_parsing() -> None:
    shape: Shape[bytes] = Shape()
    assert shape.size(b'{"a":"AAAA"}') is None
    shape.learn(b'{"a":"AAAA"}', b"AAAA")
    assert [shape.size(b'{"a":"%s"}' % audio) for audio in (b"AAAA", b"AAAAAAA=", b"AA==", b"", b"AAA")] == [
        3,
        5,
        1,
        None,
        None,
    ]
    assert shape.size(b'{"b":"AAAA"}') is None


def test_now_and_then_a_frame_is_looked_at_in_full() -> None:
    shape: Shape[str] = Shape()
    shape.learn('{"a":"AAAA"}', "AAAA")
    assert [shape.size('{"a":"AAAA"}') for _ in range(IN_FULL + 1)] == [*[3] * IN_FULL, None]


def test_the_size_of_base64_text() -> None:
    assert (decoded_size("AAAA"), decoded_size(b"AAA="), decoded_size("")) == (3, 2, 0)
