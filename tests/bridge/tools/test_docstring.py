"""Docstrings as the model reads them."""

from __future__ import annotations

import pytest

from voiceagent.tools.docstring import read

FULL = """Look up an order.

    Use it when the caller
    names an order.

    Args:
        order_id (str): the number,
            four digits
        *rest: more
        limit: how many: at most ten

    Returns:
        its status: a word

    Raises:
        KeyError: never
    """


def test_everything_before_the_first_section_describes_the_tool() -> None:
    assert read(FULL)[0] == "Look up an order.\n\nUse it when the caller names an order."


def test_args_describe_the_parameters_and_may_go_on_below() -> None:
    assert read(FULL)[1] == {"order_id": "the number, four digits", "rest": "more", "limit": "how many: at most ten"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ("", {})),
        ("", ("", {})),
        ("One line.", ("One line.", {})),
        ("Args:\n  a: b", ("", {"a": "b"})),
        ("Arguments: are not a section in a sentence", ("Arguments: are not a section in a sentence", {})),
        ("Do.\n\nParameters:\n  a: b\nExample:\n  c: d", ("Do.", {"a": "b"})),
    ],
)
def test_odd_docstrings(text: str | None, expected: tuple[str, dict[str, str]]) -> None:
    assert read(text) == expected
