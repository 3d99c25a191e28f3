from __future__ import annotations

import pytest

from voiceagent.protocol.dtmf import KEYS, key_of, word_of


@pytest.mark.parametrize("key", KEYS)
def test_a_key_is_known_by_its_character_and_by_its_word(key: str) -> None:
    assert key_of(key) == key
    assert key_of(key.lower()) == key
    assert key_of(word_of(key)) == key
    assert key_of(word_of(key).upper()) == key


def test_the_words_are_those_of_the_rest_interface() -> None:
    assert [word_of(key) for key in "0*#A"] == ["zero", "asterisk", "pound", "a"]


@pytest.mark.parametrize("other", ["", "E", "10", "ten", "٣"])
def test_anything_else_is_no_key(other: str) -> None:
    assert key_of(other) is None
