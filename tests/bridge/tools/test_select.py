from __future__ import annotations

from typing import Any

import pytest

from voiceagent.tools.select import is_path, select

ORDERS: dict[str, Any] = {"data": {"orders": [{"id": 1}, {"id": 2}], "a-b": {"x y": 3}}, "n": None}


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("", ORDERS),
        ("data.orders[1].id", 2),
        ("data.orders[-1].id", 2),
        ("data.a-b.x y", 3),
        ("data.orders[2].id", None),
        ("data.nothing.there", None),
        ("data[0]", None),
        ("n.x", None),
    ],
)
def test_a_path_names_a_part_and_what_is_not_there_is_null(path: str, part: Any) -> None:
    assert select(ORDERS, path) == part


def test_a_list_may_be_the_whole() -> None:
    assert select([[1, 2]], "[0][1]") == 2


@pytest.mark.parametrize(("path", "good"), [("a.b[0]", True), ("", True), ("a..b", False), ("a[x]", False), ("$.a b[", False)])
def test_a_text_is_a_path_or_not(path: str, good: bool) -> None:
    assert is_path(path) is good
