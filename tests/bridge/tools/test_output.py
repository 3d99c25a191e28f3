"""Results as JSON text, within bounds."""

from __future__ import annotations

import collections
import dataclasses
import datetime
import enum
import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from voiceagent.discreet import Words
from voiceagent.tools.output import error_text, result_text


class Kind(enum.Enum):
    ONE = "one"


class Model(BaseModel):
    when: datetime.date


@dataclasses.dataclass
class Order:
    number: str
    price: Decimal
    inner: Model


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        ("größe", '"größe"'),
        (Words("hello"), '"hello"'),
        (float("nan"), "null"),
        ([1, (2, 3)], "[1,[2,3]]"),
        ({"a": {1: float("inf")}}, '{"a":{"1":null}}'),
        ({Kind.ONE: datetime.date(2026, 11, 22)}, '{"one":"2026-11-22"}'),
        (
            {3},
            "[3]",
        ),
        (b"bytes", '"bytes"'),
        (uuid.UUID(int=0), '"00000000-0000-0000-0000-000000000000"'),
        (Path("/a"), '"/a"'),
        (
            Order("4271", Decimal("1.50"), Model(when=datetime.date(2026, 1, 2))),
            '{"number":"4271","price":"1.50","inner":{"when":"2026-01-02"}}',
        ),
    ],
)
def test_ordinary_values_have_a_text(value: Any, text: str) -> None:
    assert result_text(value, 8192) == text


@dataclasses.dataclass
class Shelf:
    rows: Any
    _inner: int = 2
    made: int = dataclasses.field(default=4, init=False, repr=False)


@pytest.mark.parametrize(
    "value",
    [
        Shelf({None: 1, True: 2, 1.5: {3}, Kind.ONE: Words("four")}),
        Shelf([Shelf(collections.deque([b"x", Path("/a")])), Model(when=datetime.date(2026, 1, 2))]),
        {"a": [frozenset([Decimal("1.50")]), {1: Shelf(())}]},
    ],
)
def test_what_is_unfolded_here_is_written_as_pydantic_writes_it(value: Any) -> None:
    assert json.loads(result_text(value, 8192)) == to_jsonable_python(value)


class Counted(set[int]):
    """Tells how far it was read."""

    read = 0

    def __iter__(self) -> Iterator[int]:
        for item in super().__iter__():
            self.read += 1
            yield item


@pytest.mark.parametrize("wrapped", [lambda rows: rows, lambda rows: Shelf(rows), lambda rows: [Shelf(rows), Shelf(rows)]])
def test_no_more_is_read_than_the_limit_takes(wrapped: Callable[[Any], Any]) -> None:
    rows = Counted(range(5_000))
    assert json.loads(result_text(wrapped(rows), 100))["cut"] is True
    assert 0 < rows.read < 60


@pytest.mark.parametrize("value", [itertools.count(), [map(str, [1])], Shelf(iter([1])), {"a": (n for n in [1])}])
def test_an_iterator_is_refused_with_what_to_return_instead(value: Any) -> None:
    with pytest.raises(TypeError, match=r"has no JSON form: return list\(…\) of it, with an end"):
        result_text(value, 8192)


@pytest.mark.parametrize("value", [object(), {"a": object()}, [lambda: 1], b"\xff\xfe", Shelf, {Shelf}])
def test_what_has_no_json_form_is_a_type_error(value: Any) -> None:
    with pytest.raises(TypeError, match="has no JSON form"):
        result_text(value, 8192)


@pytest.mark.parametrize("value", ["x" * 10_000_000, ["word"] * 5_000_000, {"a": '"' * 1000}, [[[["deep" * 100]]]], "ü" * 300])
def test_a_long_result_is_cut_and_says_so(value: Any) -> None:
    text = result_text(value, 300)
    assert len(text.encode()) <= 300
    assert json.loads(text)["cut"] is True
    assert json.loads(text)["beginning"]


def test_a_result_that_just_fits_is_whole() -> None:
    assert result_text("x" * 296, 300) == f'"{"x" * 296}"'


def within_itself(kind: str) -> Any:
    rows: list[Any] = []
    looped = {"list": rows, "dict": {"a": rows}, "Shelf": Shelf(rows), "deque": collections.deque([rows])}[kind]
    rows.append({"rows": [looped]})
    return looped


@pytest.mark.parametrize("kind", ["list", "dict", "Shelf", "deque"])
def test_what_holds_itself_is_refused_however_little_of_it_would_fit(kind: str) -> None:
    with pytest.raises(TypeError, match=f"a {kind} that holds itself has no JSON form"):
        result_text(within_itself(kind), 300)


def test_what_stands_in_two_places_does_not_hold_itself() -> None:
    twice = Shelf([1])
    assert result_text([twice, {"a": twice.rows, "b": twice.rows}, twice], 8192).count("[1]") == 4


def test_a_list_without_end_is_refused() -> None:
    deep: list[Any] = []
    for _ in range(2_000):
        deep = [deep]
    with pytest.raises(TypeError, match="a list nested as deeply as this has no JSON form"):
        result_text(deep, 8192)


@settings(max_examples=50)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_every_json_value_comes_through_or_is_cut_to_the_limit(value: Any) -> None:
    text = result_text(value, 256)
    assert len(text.encode()) <= 256
    assert json.loads(text) == value or json.loads(text)["cut"] is True


def test_a_failure_is_a_sentence_for_the_model() -> None:
    assert error_text('no "order"') == '{"error": "no \\"order\\""}'
