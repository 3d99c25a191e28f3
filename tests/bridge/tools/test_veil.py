"""Digits are found however they are grouped, and what remains is still JSON."""

from __future__ import annotations

import json

import pytest

from voiceagent.tools.veil import HIDDEN, Veil


@pytest.mark.parametrize("text", ["4271", "42 71", "4-2-7-1", "is 4, 2, 7, 1!", "x4271y"])
def test_digits_are_hidden_however_they_are_grouped(text: str) -> None:
    assert "71" not in Veil("4271").text(text)
    assert HIDDEN in Veil("4271").text(text)


def test_a_number_becomes_a_text() -> None:
    veiled = Veil("4271").json('{"pin":4271,"again":"it was 4271","ok":true,"4271":[42710.5],"other":99}')
    assert json.loads(veiled) == {"pin": HIDDEN, "again": f"it was {HIDDEN}", "ok": True, HIDDEN: [f"{HIDDEN}0.5"], "other": 99}


def test_a_few_digits_are_hidden_only_where_they_stand_alone() -> None:
    assert Veil("12").text("12 of 1200") == f"{HIDDEN} of 1200"


def test_nothing_to_hide_leaves_everything_as_it_is() -> None:
    text = '{"a": [1,  2]}'
    assert Veil("").json(text) is text
    assert Veil("999").json(text) is text


def test_what_is_nested_beyond_reason_becomes_a_text_without_them() -> None:
    assert json.loads(Veil("4271").json("[" * 2000 + "4271" + "]" * 2000)) == "[" * 2000 + HIDDEN + "]" * 2000
