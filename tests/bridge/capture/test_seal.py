"""Blocks that only the holder of the key can read."""

from __future__ import annotations

import base64
import json

import pytest

from voiceagent.capture.seal import CaptureKey, Envelope, Sealer, parse_key
from voiceagent.errors import UserError

KEY = CaptureKey(b"\xfb" * 32)


def test_what_is_sealed_opens_with_its_key_in_its_place() -> None:
    line = Sealer(KEY, b"header").seal(3, b"words\n")
    assert b"words" not in line
    assert Sealer(KEY, b"header").open(3, line) == b"words\n"


@pytest.mark.parametrize(
    ("sealer", "number"),
    [(Sealer(KEY, b"header"), 4), (Sealer(KEY, b"other"), 3), (Sealer(CaptureKey(b"k" * 32), b"header"), 3)],
)
def test_another_place_header_or_key_does_not_open(sealer: Sealer, number: int) -> None:
    with pytest.raises(ValueError, match="changed or moved, or another key"):
        sealer.open(number, Sealer(KEY, b"header").seal(3, b"words\n"))


@pytest.mark.parametrize("line", [b"{}", b"[]", b"{", b'{"kind":"sealed"}', b'{"kind":"sealed","nonce":"x","data":"y"}'])
def test_what_is_not_sealed_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError):
        Sealer(KEY, b"header").open(1, line)


def test_no_nonce_is_used_twice() -> None:
    sealer = Sealer(KEY, b"header")
    assert len({json.loads(sealer.seal(1, b"x"))["nonce"] for _ in range(500)}) == 500


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_key_is_read_in_either_alphabet(encode: type[object]) -> None:
    assert parse_key(f" {encode(KEY.plain).decode()}\n", where="X") == KEY  # type: ignore[call-arg,attr-defined]  # a function, not a type


@pytest.mark.parametrize(("text", "why"), [("hello!", "X is not base64"), ("aGVsbG8=", "X has 5 bytes, and AES-256 takes 32")])
def test_what_is_no_key_is_a_user_error(text: str, why: str) -> None:
    with pytest.raises(UserError, match=why) as caught:
        parse_key(text, where="X")
    assert "make one with" in caught.value.remedy


def test_a_key_does_not_show_itself() -> None:
    assert "\\xfb" not in repr(KEY)
    assert len(KEY.id) == 12


def test_a_text_beside_captures_opens_with_its_key_for_what_it_is_about() -> None:
    sealed = Envelope(KEY).seal(b"words", about="call-1")
    assert "words" not in json.dumps(sealed)
    assert sealed["key"] == KEY.id
    assert Envelope(KEY).open(sealed, about="call-1") == b"words"


@pytest.mark.parametrize(
    ("key", "about", "changed", "why"),
    [
        (KEY, "call-2", {}, "it was changed, or it is that of another call"),
        (KEY, "call-1", {"data": "AAAA"}, "it was changed"),
        (KEY, "call-1", {"nonce": "?"}, "base64|padding|alphabet"),
        (CaptureKey(b"k" * 32), "call-1", {}, f"the key in the settings is {CaptureKey(b'k' * 32).id}"),
    ],
)
def test_another_text_or_key_does_not_open_it(key: CaptureKey, about: str, changed: dict[str, str], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Envelope(key).open(Envelope(KEY).seal(b"words", about="call-1") | changed, about=about)
