"""How a word and a number are hidden."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable

import pytest

from voiceagent.capture.masks import KEPT_OF_TRANSFERS, Numbers, mask_json, mask_tokens, mask_words, spellings
from voiceagent.discreet import MASK
from voiceagent.protocol.auth import make_call_token


@pytest.mark.parametrize(
    ("text", "masked"), [("Where is 4271?", "xxxxx xx 0000?"), ("", ""), ("größe: 3½", "xxxxx: 0x"), ("*#", "*#")]
)
def test_words_keep_their_length_and_lose_their_letters(text: str, masked: str) -> None:
    assert mask_words(text) == masked


def test_json_stays_json_with_its_names() -> None:
    text = '{"order_id": "4271", "paid": true, "items": [{"n": 3, "price": 2.5}], "note": null}'
    assert json.loads(mask_json(text)) == {"order_id": "0000", "paid": True, "items": [{"n": 0, "price": 0}], "note": None}


def test_json_nested_beyond_reason_is_hidden_as_words() -> None:
    assert mask_json("[" * 700 + '"Ann"' + "]" * 700) == "[" * 700 + '"xxx"' + "]" * 700


def test_the_name_of_a_transfer_target_is_kept() -> None:
    text = '{"target": "support", "reason": "angry"}'
    assert json.loads(mask_json(text, keep=KEPT_OF_TRANSFERS)) == {"target": "support", "reason": "xxxxx"}
    assert json.loads(mask_json(text)) == {"target": "xxxxxxx", "reason": "xxxxx"}


@pytest.mark.parametrize("secret", ["canary-123", "a/b+c?d=e&f", "pässword"])
@pytest.mark.parametrize("before", ["", "a", "ab", "user:"])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_known_inside_base64(secret: str, before: str, encode: Callable[[bytes], bytes]) -> None:
    text = encode(f"{before}{secret} and more".encode()).decode()
    assert any(spelling in text for spelling in spellings(secret))
    assert secret in spellings(secret)


def test_broken_json_is_hidden_as_words() -> None:
    assert mask_json('{"a": "ann') == '{"x": "xxx'


@pytest.mark.parametrize("shape", ["{}", "4:{}", "tel:{};x", '"value":"{}"', "call {} now"])
def test_a_number_is_replaced_in_every_spelling(shape: str) -> None:
    hidden = Numbers(b"key").hide(shape.format("+14255550123"))
    assert "4255550123" not in hidden
    assert re.fullmatch(re.escape(shape).replace(r"\{\}", r"\+0\d{10}"), hidden)


def test_an_encoded_number_and_one_without_plus_are_replaced_too() -> None:
    hidden = Numbers(b"key").hide("/calls/%2B14255550123 4:14255550123")
    assert "4255550123" not in hidden


def test_the_same_number_gets_the_same_pseudonym_under_the_same_key_only() -> None:
    one, other = Numbers(b"one"), Numbers(b"other")
    assert one.hide("+14255550123 4:+14255550123").split()[1] == "4:" + one.hide("+14255550123")
    assert one.hide("+14255550123") == Numbers(b"one").hide("+14255550123") != other.hide("+14255550123")


@pytest.mark.parametrize("text", ["2026-11-22T05:00:00.123Z", "+12", "8:acs:1234567-89", "order 4271", "a+14255550123456789"])
def test_what_is_no_number_stays(text: str) -> None:
    assert Numbers(b"key").hide(text) == text


def test_the_token_of_a_calls_address_is_hidden() -> None:
    token = make_call_token("secret", "c1", 2, 1_800_000_000)
    assert mask_tokens(f"wss://x.example/media/c1/{token}?a=1") == f"wss://x.example/media/c1/{MASK}?a=1"
