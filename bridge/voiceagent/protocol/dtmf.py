"""The names of telephone keys: the characters on the key, and the words that Azure's REST interface uses for them."""

from __future__ import annotations

KEYS = "0123456789*#ABCD"
"""All sixteen keys, as we write them everywhere."""

_WORDS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "asterisk",
    "pound",
    "a",
    "b",
    "c",
    "d",
)
_KEY_OF = {**dict(zip(_WORDS, KEYS, strict=True)), **{key.lower(): key for key in KEYS}, "star": "*", "hash": "#"}


def key_of(spelling: str) -> str | None:
    """The key that a character or a word means, whatever its case; None for anything else.

    How the media socket spells * # A-D is documented nowhere, so both vocabularies are understood on every path.
    """
    return _KEY_OF.get(spelling.lower())


def word_of(key: str) -> str:
    """The REST word for a key of `KEYS`."""
    return _WORDS[KEYS.index(key)]
