"""The frame walker against every cut, and against the frames it must leave to the library."""

from __future__ import annotations

import pytest

from voiceagent.protocol.ws_frames import FrameWalker, client_text_header, server_text_header

MASK = b"\x01\x02\x03\x04"


def unmask(payload: bytes, mask: bytes) -> bytes:
    return bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload))


def masked(first: int, payload: bytes) -> bytes:
    header = bytearray(client_text_header(len(payload)))
    header[0] = first
    return bytes(header) + MASK + unmask(payload, MASK)


def plain(first: int, payload: bytes) -> bytes:
    header = bytearray(server_text_header(len(payload)))
    header[0] = first
    return bytes(header) + payload


class Seen:
    """What went where, in order."""

    def __init__(self, *, limit: int = 70_000, masks: bool = True) -> None:
        self.walker = FrameWalker(limit=limit, unmask=unmask if masks else None)
        self.order: list[tuple[str, bytes]] = []

    def feed(self, data: bytes) -> None:
        self.walker.walk(data, lambda text: self.order.append(("text", text)), lambda rest: self.order.append(("rest", rest)))

    def texts(self) -> list[bytes]:
        return [payload for kind, payload in self.order if kind == "text"]

    def rest(self) -> bytes:
        return b"".join(payload for kind, payload in self.order if kind == "rest")


STREAM_TEXTS = [b"a", b"b" * 125, b"c" * 126, b"d" * 1300, b"", b"e" * 300]


@pytest.mark.parametrize("masks", [True, False])
def test_texts_survive_a_cut_at_every_byte(masks: bool) -> None:
    build = masked if masks else plain
    ping = build(0x89, b"are you there")
    stream = b"".join(build(0x81, text) + ping for text in STREAM_TEXTS)
    for cut in range(len(stream) + 1):
        seen = Seen(masks=masks)
        seen.feed(stream[:cut])
        seen.feed(stream[cut:])
        assert seen.texts() == STREAM_TEXTS
        assert seen.rest() == ping * len(STREAM_TEXTS)
        assert seen.walker.pending() == b""


def test_texts_survive_byte_by_byte() -> None:
    seen = Seen()
    for byte in b"".join(masked(0x81, text) for text in STREAM_TEXTS):
        seen.feed(bytes((byte,)))
    assert seen.texts() == STREAM_TEXTS


def test_a_frame_of_64_bit_length_in_many_reads_is_whole() -> None:
    text = b"x" * 66_000
    frame = masked(0x81, text)
    seen = Seen()
    for at in range(0, len(frame), 1000):
        seen.feed(frame[at : at + 1000])
    assert seen.texts() == [text]


def test_fragments_and_a_ping_between_them_go_to_the_library() -> None:
    parts = [masked(0x01, b"one "), masked(0x89, b"ping"), masked(0x00, b"two "), masked(0x80, b"three")]
    seen = Seen()
    seen.feed(b"".join(parts) + masked(0x81, b"after"))
    assert seen.order == [("rest", part) for part in parts] + [("text", b"after")]


def test_a_text_frame_inside_a_fragmented_message_is_the_librarys_to_refuse() -> None:
    seen = Seen()
    seen.feed(masked(0x01, b"begun") + masked(0x81, b"not allowed here"))
    assert seen.texts() == []


def test_binary_and_compressed_frames_go_to_the_library() -> None:
    seen = Seen()
    frames = masked(0x82, b"binary") + masked(0xC1, b"deflated")
    seen.feed(frames)
    assert seen.rest() == frames
    assert seen.texts() == []


def test_after_a_close_frame_everything_is_the_librarys() -> None:
    seen = Seen()
    stream = masked(0x88, b"\x03\xe8") + masked(0x81, b"late")
    seen.feed(stream)
    seen.feed(masked(0x81, b"later"))
    assert seen.texts() == []
    assert seen.rest() == stream + masked(0x81, b"later")


@pytest.mark.parametrize("masks", [True, False])
def test_wrong_masking_is_the_librarys_to_refuse(masks: bool) -> None:
    seen = Seen(masks=masks)
    wrong = (plain if masks else masked)(0x81, b"wrong")
    seen.feed(wrong)
    assert seen.texts() == []
    assert seen.rest() == wrong
    assert seen.walker.surrendered


def test_an_oversized_frame_is_not_waited_for() -> None:
    seen = Seen(limit=1000)
    head = client_text_header(1001)
    seen.feed(head)
    assert seen.walker.surrendered
    assert seen.rest() == head


def test_the_limit_itself_is_allowed() -> None:
    seen = Seen(limit=1000)
    seen.feed(masked(0x81, b"y" * 1000))
    assert seen.texts() == [b"y" * 1000]


@pytest.mark.parametrize("length", [0, 125, 126, 65535, 65536])
def test_headers_tell_their_length(length: int) -> None:
    seen = Seen(masks=False)
    seen.feed(server_text_header(length) + b"z" * length)
    assert [len(text) for text in seen.texts()] == [length]
    assert len(client_text_header(length)) == len(server_text_header(length))
