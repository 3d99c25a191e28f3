"""What must not be shown is not shown by accident, and is still an ordinary string for work."""

from __future__ import annotations

import json
import logging

import pytest

from voiceagent.discreet import MASK, PhoneNumber, Secret, Words, without_secrets


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        (PhoneNumber("+14255550123"), "…23"),
        (PhoneNumber("4711"), "…"),
        (Words("where is my order"), "<4 words>"),
        (Words(""), "<0 words>"),
        (Secret("abc"), "<secret>"),
        (Secret(""), "<no secret>"),
    ],
)
def test_every_way_of_formatting_shows_the_mask(text: PhoneNumber | Words | Secret, mask: str) -> None:
    assert [str(text), repr(text), f"{text}", f"{text!r}", "%s" % text, "{}".format(text)] == [mask] * 6  # noqa: UP031, UP032


def test_widths_apply_to_the_mask() -> None:
    assert f"{Secret('abc'):>10}|" == "  <secret>|"


def test_showing_is_an_explicit_act() -> None:
    assert Words("hello there").shown == "hello there"


def test_a_discreet_string_compares_hashes_and_serialises_as_its_text() -> None:
    number = PhoneNumber("+14255550123")
    assert number == "+14255550123"
    assert {number: 1}["+14255550123"] == 1
    assert json.dumps({"to": number}) == '{"to": "+14255550123"}'
    assert number[1:4] == "142"
    assert "tel:" + number == "tel:+14255550123"


def test_a_container_does_not_show_it_either() -> None:
    assert repr([Secret("abc"), {"said": Words("one two")}]) == "[<secret>, {'said': <2 words>}]"


def test_a_log_line_shows_the_mask(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("voiceagent.test").warning("calling %s", PhoneNumber("+14255550123"))
    assert caplog.messages == ["calling …23"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("endpoint=https://x;accesskey=abc+/=", f"endpoint=https://x;accesskey={MASK}"),
        ("Authorization: Bearer abc.def", f"Authorization: Bearer {MASK}"),
        ("postgres://me:geheim@db/x", f"postgres://me:{MASK}@db/x"),
        ("https://x/y?sig=abc&v=1", f"https://x/y?sig={MASK}&v=1"),
        ("token eyJhbGciOiJSUzI1.eyJhdWQiOiJ4In0.c2ln end", f"token {MASK} end"),
        ("api_key=1234, api-key=5678", f"api_key={MASK} api-key={MASK}"),
        ("where is order 4271?", "where is order 4271?"),
    ],
)
def test_secrets_in_free_text_are_hidden(text: str, expected: str) -> None:
    assert without_secrets(text) == expected
