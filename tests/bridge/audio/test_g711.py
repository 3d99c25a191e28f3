"""Golden values are those of the ITU-T G.711 tables, on the 16-bit scale (µ-law times 4, A-law times 16)."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.audio.g711 import alaw_decode, alaw_encode, ulaw_decode, ulaw_encode

CODES = bytes(range(256))


def values(pcm: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(pcm) // 2}h", pcm))


def pcm(*samples: int) -> bytes:
    return struct.pack(f"<{len(samples)}h", *samples)


# The value of each segment's first and last step in table 2a/2b: 8031, 4191, 4063, 2079, ... times 4.
ULAW = {0x80: 32124, 0x8F: 16764, 0x90: 15996, 0x9F: 8316, 0xA0: 7932, 0xAF: 4092, 0xB0: 3900, 0xBF: 1980}
ULAW |= {0xC0: 1884, 0xCF: 924, 0xD0: 876, 0xDF: 396, 0xE0: 372, 0xEF: 132, 0xF0: 120, 0xFE: 8, 0xFF: 0}
# Table 1a/1b: 4032, 2112, 2016, 1056, ..., 1 times 8 (the even bits of the code are inverted).
ALAW = {0xAA: 32256, 0xA5: 16896, 0xBA: 16128, 0xB5: 8448, 0x8A: 8064, 0x85: 4224, 0x9A: 4032, 0x95: 2112}
ALAW |= {0xEA: 2016, 0xE5: 1056, 0xFA: 1008, 0xF5: 528, 0xCA: 504, 0xC5: 264, 0xDA: 248, 0xD5: 8}


@pytest.mark.parametrize(("code", "value"), ULAW.items())
def test_ulaw_has_the_values_of_the_table(code: int, value: int) -> None:
    assert values(ulaw_decode(bytes([code, code & 0x7F]))) == [value, -value]
    assert ulaw_encode(pcm(value)) == bytes([code])


@pytest.mark.parametrize(("code", "value"), ALAW.items())
def test_alaw_has_the_values_of_the_table(code: int, value: int) -> None:
    assert values(alaw_decode(bytes([code, code & 0x7F]))) == [value, -value]
    assert alaw_encode(pcm(value)) == bytes([code])


def test_every_ulaw_code_survives() -> None:
    # 0x7F is a second zero; it comes back as the first.
    assert ulaw_encode(ulaw_decode(CODES)) == CODES.replace(b"\x7f", b"\xff")


def test_every_alaw_code_survives() -> None:
    assert alaw_encode(alaw_decode(CODES)) == CODES


@given(st.lists(st.integers(-32768, 32767), min_size=1, max_size=200))
def test_a_sample_changes_little(samples: list[int]) -> None:
    for decoded in (values(ulaw_decode(ulaw_encode(pcm(*samples)))), values(alaw_decode(alaw_encode(pcm(*samples))))):
        for before, after in zip(samples, decoded, strict=True):
            # Half a step: a 32nd of the value and its offset; A-law has steps of 16 near zero; the top is clipped.
            assert abs(before - after) <= max(8, (abs(before) + 256) / 31, abs(before) - 32124)


@given(st.integers(0, 32767))
def test_louder_is_never_quieter_afterwards(sample: int) -> None:
    louder = min(sample + 1, 32767)
    for there, back in ((ulaw_encode, ulaw_decode), (alaw_encode, alaw_decode)):
        low, high, mirrored = values(back(there(pcm(sample, louder, ~sample))))
        assert low <= high
        assert mirrored == -low


def test_nothing_becomes_nothing() -> None:
    assert ulaw_encode(b"") == ulaw_decode(b"") == alaw_encode(b"") == alaw_decode(b"") == b""
