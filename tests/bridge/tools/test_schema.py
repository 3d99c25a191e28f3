"""Signatures as JSON Schema, and what cannot be one."""

import dataclasses
import datetime
import enum
import socket
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional

import jsonschema
import pytest
from pydantic import BaseModel, Field

from voiceagent import CallContext, tool
from voiceagent.errors import UserError
from voiceagent.tools.schema import define


class Size(enum.Enum):
    SMALL = "small"
    LARGE = "large"


class Address(BaseModel):
    """Where."""

    title: str = Field(description="Mr or Ms")
    street: str
    number: int = 1


@dataclasses.dataclass
class Point:
    x: float


class Tree(BaseModel):
    children: list["Tree"] = []


def properties(function: Callable[..., Any]) -> dict[str, Any]:
    schema = define(function).spec.parameters
    jsonschema.Draft202012Validator.check_schema(schema)
    return dict(schema["properties"])


def test_a_whole_tool() -> None:
    def lookup_order(order_id: str, limit: int = 3) -> None:
        """Look up an order.

        Args:
            order_id: four digits
        """

    spec = define(lookup_order).spec
    assert (spec.name, spec.description) == ("lookup_order", "Look up an order.")
    assert spec.parameters == {
        "type": "object",
        "properties": {
            "order_id": {"type": "string", "description": "four digits"},
            "limit": {"type": "integer", "default": 3},
        },
        "required": ["order_id"],
        "additionalProperties": False,
    }


def test_a_tool_without_parameters_takes_an_empty_object() -> None:
    def now() -> str:
        """Tell the time."""
        return ""

    assert define(now).spec.parameters == {"type": "object", "properties": {}, "additionalProperties": False}


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (bool, {"type": "boolean"}),
        (float, {"type": "number"}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}}),
        (Literal["a", "b"], {"type": "string", "enum": ["a", "b"]}),
        (Size, {"type": "string", "enum": ["small", "large"]}),
        (Optional[str], {"anyOf": [{"type": "string"}, {"type": "null"}]}),  # noqa: UP045
        (str | None, {"anyOf": [{"type": "string"}, {"type": "null"}]}),
        (datetime.date, {"type": "string", "format": "date"}),
        (Annotated[int, Field(ge=1, le=9)], {"type": "integer", "minimum": 1, "maximum": 9}),
        (
            Point,
            {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"], "additionalProperties": False},
        ),
        (
            Address,
            {
                "type": "object",
                "description": "Where.",
                "properties": {
                    "title": {"type": "string", "description": "Mr or Ms"},
                    "street": {"type": "string"},
                    "number": {"type": "integer", "default": 1},
                },
                "required": ["title", "street"],
                "additionalProperties": False,
            },
        ),
    ],
)
def test_a_type_becomes_its_schema_written_out(annotation: Any, schema: dict[str, Any]) -> None:
    def ask(value: annotation) -> None:
        """Ask."""

    assert properties(ask)["value"] == schema


def test_fields_say_more_and_go_before_the_docstring() -> None:
    def ask(
        first: Annotated[str, Field(description="from Field")], second: int = Field(2, ge=1), third: int = Field(ge=0)
    ) -> None:
        """Ask.

        Args:
            first: from the docstring
            second: the second
        """

    assert properties(ask) == {
        "first": {"type": "string", "description": "from Field"},
        "second": {"type": "integer", "default": 2, "minimum": 1, "description": "the second"},
        "third": {"type": "integer", "minimum": 0},
    }
    assert define(ask).spec.parameters["required"] == ["first", "third"]


@pytest.mark.parametrize("name", ["copy", "json", "model_dump", "schema", "_private", "self", "class_"])
def test_any_parameter_name_will_do(name: str) -> None:
    space: dict[str, Any] = {}
    exec(f"def ask({name}: str): 'Ask.'", space)
    assert list(properties(space["ask"])) == [name]


@pytest.mark.parametrize("annotation", [CallContext, CallContext | None, Optional[CallContext]])  # noqa: UP045
def test_the_context_is_never_in_the_schema(annotation: Any) -> None:
    def ask(a: str, call: annotation) -> None:
        """Ask."""

    assert list(properties(ask)) == ["a"]
    assert define(ask).context == ("call",)


def test_options_replace_name_and_description() -> None:
    spec = define(tool(name="find-it", description="Finds.")(lambda: 1)).spec
    assert (spec.name, spec.description) == ("find-it", "Finds.")


def test_a_tool_without_a_docstring_is_described_by_its_name() -> None:
    def lookup_order() -> None: ...

    assert define(lookup_order).spec.description == "lookup order"


def refusal(function: Callable[..., Any]) -> tuple[str, str]:
    with pytest.raises(UserError) as caught:
        define(function)
    return str(caught.value), caught.value.remedy


def bad_socket(where: socket.socket) -> None:
    """Bad."""


def bad_callable(where: Callable[[], int]) -> None:
    """Bad."""


def bad_nothing(where) -> None:  # type: ignore[no-untyped-def]
    """Bad."""


def bad_star(*where: str) -> None:
    """Bad."""


def bad_tree(where: Tree) -> None:
    """Bad."""


def bad_generator(where: str) -> Iterator[str]:
    """Bad."""
    yield where


def bad_unknown(where: "Nowhere") -> None:  # type: ignore[name-defined]  # noqa: F821
    """Bad."""


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (bad_socket, "parameter `where` has type socket, which JSON cannot carry"),
        (bad_callable, "parameter `where` has type Callable, which JSON cannot carry"),
        (bad_nothing, "parameter `where` has no type"),
        (bad_star, "parameter `*where` has no fixed shape"),
        (bad_tree, "the type Tree contains itself"),
        (bad_generator, "is a generator"),
        (bad_unknown, "a type cannot be read"),
        (Address, "is a class"),
        (tool(name="end_call")(lambda: 1), "the name is one of our own tools"),
        (tool(name="a b")(lambda: 1), "the name 'a b' is not allowed"),
    ],
)
def test_what_cannot_be_a_tool_names_the_function_and_the_remedy(function: Callable[..., Any], words: str) -> None:
    sentence, remedy = refusal(function)
    assert words in sentence
    assert sentence.startswith("tool `")
    assert remedy


def test_the_place_of_a_bad_tool_is_told() -> None:
    assert f"({__file__}:{bad_socket.__code__.co_firstlineno})" in refusal(bad_socket)[0]


def test_decimals_may_come_as_text() -> None:
    def pay(amount: Decimal) -> None:
        """Pay."""

    assert {"type": "number"} in properties(pay)["amount"]["anyOf"]
