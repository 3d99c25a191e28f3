from __future__ import annotations

import base64
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.declared import KINDS, Declarations, is_base64, read_json, read_object, write_json


@dataclass(frozen=True, slots=True)
class Ring:
    caller: str
    times: int = 1
    loud: bool | None = None
    weight: float | None = None
    names: tuple[str, ...] = ()
    sound: Base64 | None = None  # type: ignore[name-defined]  # noqa: F821  read by its name only
    odd: str | None = field(default=None, metadata={"wire": "Odd-Name"})


PLAIN = Declarations(KINDS)


@given(st.binary(max_size=400))
def test_encoded_bytes_are_base64(pcm: bytes) -> None:
    assert is_base64(base64.b64encode(pcm))


@pytest.mark.parametrize(
    "text", [b"AAA", b"A", b"AA=A", b"====", b"A===", b"AA\nA", b'AA"A', b"AA\\u", b"\xc3\xa4AA", b"AA==AAAA", b"-_AA"]
)
def test_other_text_is_not_base64(text: bytes) -> None:
    assert not is_base64(text)


@pytest.mark.parametrize("garbage", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b"nul", b"1" * 5000, "é{"])
def test_what_is_not_json_is_the_peers_fault(garbage: bytes | str) -> None:
    with pytest.raises(RemoteProtocolError, match="a frame is not JSON"):
        read_json(garbage, "a frame")


@pytest.mark.parametrize(("text", "called"), [("[]", "a list"), ("null", "null"), ('"a"', "text"), ("3", "a number")])
def test_an_object_is_wanted(text: str, called: str) -> None:
    with pytest.raises(RemoteProtocolError, match=f"a frame is {called}, not a JSON object"):
        read_object(text, "a frame")


def test_json_is_written_compact_and_ascii_even_for_half_a_character() -> None:
    assert write_json({"a": "ü\ud800", "b": [1, None]}) == b'{"a":"\\u00fc\\ud800","b":[1,null]}'


def test_members_are_read_by_declaration() -> None:
    source = {"caller": "Ann", "times": 3.0, "loud": True, "weight": 2, "names": ["a"], "sound": "AAAA", "Odd-Name": "x"}
    found = Ring(**PLAIN.read(Ring, source, "ring"))
    assert found == Ring("Ann", 3, True, 2.0, ("a",), "AAAA", "x")
    assert PLAIN.write(found) == {
        "caller": "Ann",
        "times": 3,
        "loud": True,
        "weight": 2.0,
        "names": ["a"],
        "sound": "AAAA",
        "Odd-Name": "x",
    }


def test_what_is_null_or_absent_is_left_to_the_defaults_and_not_written() -> None:
    found = Ring(**PLAIN.read(Ring, {"caller": "Ann", "loud": None}, "ring"))
    assert found == Ring("Ann")
    assert PLAIN.write(found) == {"caller": "Ann", "times": 1, "names": []}


def test_the_rest_is_what_is_not_declared_and_what_is_null() -> None:
    assert PLAIN.rest(Ring, {"caller": "Ann", "times": None, "new": {"a": 1}}) == {"times": None, "new": {"a": 1}}


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ({}, "ring lacks `caller`"),
        ({"caller": None}, "ring lacks `caller`"),
        ({"caller": 5}, "ring: `caller` is a number, expected text"),
        ({"caller": "A", "times": True}, "ring: `times` is true or false, expected a whole number"),
        ({"caller": "A", "times": 1.5}, "ring: `times` is a number, expected a whole number"),
        ({"caller": "A", "times": float("inf")}, "ring: `times` is a number, expected a whole number"),
        ({"caller": "A", "loud": "yes"}, "ring: `loud` is text, expected true or false"),
        ({"caller": "A", "weight": "heavy"}, "ring: `weight` is text, expected a number"),
        ({"caller": "A", "names": "Bob"}, "ring: `names` is text, expected a list"),
        ({"caller": "A", "names": [{}]}, "ring: `names` is an object, expected text"),
        ({"caller": "A", "sound": "é"}, "ring: `sound` is text, expected base64 text"),
        ({"caller": "A", "Odd-Name": []}, "ring: `Odd-Name` is a list, expected text"),
    ],
)
def test_a_wrong_member_is_named(source: dict[str, object], sentence: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        PLAIN.read(Ring, source, "ring")
    assert str(caught.value) == sentence
