"""Rows on a screen: nothing that is copied is ever broken, however narrow it is."""

from __future__ import annotations

import pytest

from voiceagent_cli.columns import cells, laid_out

CALLS = ("call", "started", "why it ended")
ROWS = [
    ("0f3c1a9e-6d1b-4a53-9a55-0d2f6b1f7a11", "2026-11-22T05:00:00.000Z", "the caller hung up"),
    ("77aa10b2-0000-4a53-9a55-0d2f6b1f7a11", "2026-11-22T06:00:00.000Z", "engine_lost"),
]
ACS = "/subscriptions/1df71779/resourceGroups/shop-rg/providers/Microsoft.Communication/communicationServices/shop-acs"


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
def test_no_word_is_broken_at_any_width(width: int) -> None:
    words = {word for line in laid_out(CALLS, ROWS, width) for word in line.split()}
    assert {word for row in ROWS for cell in row for word in cell.split()} <= words


def test_a_wide_screen_has_a_table() -> None:
    assert laid_out(("a", "bb"), [("1", "2"), ("333", "")], 80) == ["a    bb", "1    2", "333"]


def test_what_has_blanks_wraps_at_them_and_what_has_none_keeps_its_line() -> None:
    assert laid_out(CALLS, ROWS, 76) == [
        "call                                  started                   why it ended",
        "0f3c1a9e-6d1b-4a53-9a55-0d2f6b1f7a11  2026-11-22T05:00:00.000Z  the caller",
        "                                                                hung up",
        "77aa10b2-0000-4a53-9a55-0d2f6b1f7a11  2026-11-22T06:00:00.000Z  engine_lost",
    ]


def test_the_column_that_asks_for_most_is_the_one_that_wraps() -> None:
    row = ("Communication Services", "Storage Blob Data Contributor for Communication Services")
    assert laid_out(("what", "name"), [row], 60) == [
        "what                    name",
        "Communication Services  Storage Blob Data Contributor for",
        "                        Communication Services",
    ]


def test_a_narrow_screen_has_one_value_a_line() -> None:
    assert laid_out(CALLS, ROWS[:1], 60) == [
        "call          0f3c1a9e-6d1b-4a53-9a55-0d2f6b1f7a11",
        "started       2026-11-22T05:00:00.000Z",
        "why it ended  the caller hung up",
    ]
    assert laid_out(("", "what", ""), [("+ create", "x" * 30, ""), ("keep", "y", "ours")], 20) == [
        "      + create",
        f"what  {'x' * 30}",
        "",
        "      keep",
        "what  y",
        "      ours",
    ]


def test_the_id_of_a_resource_loses_its_middle_before_anything_else() -> None:
    columns, row = ("state", "name", "detail"), ("ready", "shop-acs", ACS)
    assert ACS in laid_out(columns, [row], 160)[1]
    assert laid_out(columns, [row], 60)[1] == "ready  shop-acs  /subscriptions/…/shop-acs"


def test_wide_letters_take_their_two_places() -> None:
    assert cells("電話") == 4
    assert laid_out(("a", "b"), [("電話", "1"), ("x", "2")], 40) == ["a     b", "電話  1", "x     2"]


def test_nothing_to_show_is_a_head() -> None:
    assert laid_out(("a", "b"), [], 40) == ["a  b"]
