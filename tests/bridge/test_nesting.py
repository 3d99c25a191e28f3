"""What is nested beyond reason is not looked into."""

from __future__ import annotations

import pytest

from voiceagent.nesting import DEEPEST, read_json, too_deep


@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
def test_so_many_levels_and_no_more(opens: str, closes: str) -> None:
    read_json(opens * (DEEPEST - 1) + "[1]" + closes * (DEEPEST - 1))
    with pytest.raises(ValueError, match="deeper than 100 levels"):
        read_json(opens * DEEPEST + "[1]" + closes * DEEPEST)


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * 2000 + "]" * 2000])
def test_what_the_parser_cannot_follow_is_too_deep_as_well(text: str) -> None:
    with pytest.raises(ValueError, match="deeper than 100 levels"):
        read_json(text)


def test_text_that_is_no_json_is_told_by_the_parser() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        read_json("ordinary words")


@pytest.mark.parametrize("value", [1, "text", None, [], {}, [{"a": [1]}] * 1000])
def test_what_is_wide_is_not_deep(value: object) -> None:
    assert not too_deep(value)
