"""What the decorator may be given, and what it means for a call."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent import KeyEntry, SecretDigits, tool
from voiceagent.call.policies import SecretEntry, ToolPolicy
from voiceagent.errors import UserError
from voiceagent.tools.define import ToolOptions
from voiceagent.tools.options import policy_of
from voiceagent.tools.schema import define

PIN = KeyEntry(prompt="Your PIN, please.")
DEFAULTS = ToolPolicy(filler="One moment.", filler_after_ms=2000)


def cancel(order_id: str) -> str:
    """Cancel."""
    return order_id


def check(pin: SecretDigits) -> bool:
    """Check."""
    return bool(pin)


def test_nothing_given_means_the_settings() -> None:
    assert policy_of(ToolOptions(), DEFAULTS, question="Sure?") == DEFAULTS


def test_what_is_given_goes_before_the_settings() -> None:
    options = ToolOptions(filler="", filler_after_seconds=1, max_calls=2, max_seconds=3, ask_first="Cancel {order_id}?")
    expected = ToolPolicy(filler="", filler_after_ms=1000, most_calls=2, most_ms=3000, ask_first="Cancel {order_id}?")
    assert policy_of(options, DEFAULTS, question="Sure?") == expected


def test_a_bare_ask_first_asks_the_settings_question() -> None:
    assert policy_of(ToolOptions(ask_first=True), DEFAULTS, question="Sure?").ask_first == "Sure?"


def test_an_entry_of_digits_becomes_a_policy_in_milliseconds() -> None:
    keys = KeyEntry(prompt="PIN?", least=4, most=4, end_key="", pause_seconds=2, first_key_seconds=5, mute=False)
    entry = SecretEntry(prompt="PIN?", least=4, most=4, end_key="", pause_ms=2000, first_key_ms=5000, mute=False)
    assert policy_of(ToolOptions(keys=keys), DEFAULTS, question="").keys == entry


@pytest.mark.parametrize("name", ["timeout_seconds", "filler_after_seconds"])
def test_never_may_be_said_of_a_time(name: str) -> None:
    define(tool(**{name: float("inf")})(lambda_of(cancel)))


def test_the_remedy_names_both_ends() -> None:
    with pytest.raises(UserError) as caught:
        define(tool(max_seconds=float("inf"))(lambda_of(cancel)))
    assert caught.value.remedy == "give a number above 0 and up to 1e+09, or leave it out"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"max_calls": 0}, "max_calls is 0"),
        ({"max_seconds": -1}, "max_seconds is -1"),
        ({"timeout_seconds": 0}, "timeout_seconds is 0"),
        ({"ask_first": "Cancel {order}?"}, "{order}"),
        ({"timeout_seconds": "x"}, "timeout_seconds is 'x'"),
        ({"timeout_seconds": True}, "timeout_seconds is True"),
        ({"max_seconds": float("nan")}, "max_seconds is nan"),
        ({"timeout_seconds": float("nan")}, "timeout_seconds is nan"),
        ({"filler_after_seconds": float("nan")}, "filler_after_seconds is nan"),
        ({"max_seconds": float("inf")}, "max_seconds is inf"),
        ({"max_calls": 1.5}, r"max_calls is 1\.5"),
        ({"filler_after_seconds": -1}, "filler_after_seconds is -1"),
        ({"filler_after_seconds": "2"}, "filler_after_seconds is '2'"),
        ({"filler": 3}, "filler is 3"),
        ({"ask_first": 1}, "ask_first is 1"),
        ({"description": ["x"]}, r"description is \['x'\]"),
        ({"name": 5}, "the name 5 is not allowed"),
        ({"keys": "1234"}, "keys is '1234'"),
        ({"keys": PIN}, "0 parameters take them"),
    ],
)
def test_what_cannot_be_meant_is_told_when_the_project_is_loaded(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        define(tool(**options)(lambda_of(cancel)))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "nobody asks for them"),
        ({"keys": KeyEntry(prompt="PIN?", least=5, most=4)}, "least 5 and most 4"),
        ({"keys": KeyEntry(prompt="PIN?", most="4")}, "keys.most is '4'"),  # type: ignore[arg-type]  # as an author may
        ({"keys": KeyEntry(prompt="PIN?", pause_seconds=-1)}, "keys.pause_seconds is -1"),
        ({"keys": KeyEntry(prompt=" ")}, "needs a prompt"),
        ({"keys": KeyEntry(prompt="PIN?", end_key="*")}, "needs a prompt, and `#`"),
        ({"keys": PIN, "ask_first": True}, "both ask_first and keys"),
    ],
)
def test_digits_are_asked_for_in_one_way(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError, match=words):
        define(tool(**options)(lambda_of(check)))


def test_the_model_never_sees_the_digits_parameter() -> None:
    defined = define(tool(keys=PIN)(lambda_of(check)))
    assert (defined.secret, defined.spec.parameters["properties"]) == ("pin", {})


def lambda_of(function: Any) -> Any:
    """A copy, so that one test's mark is not another's."""
    import types

    copied = types.FunctionType(function.__code__, function.__globals__, function.__name__)
    copied.__annotations__ = dict(function.__annotations__)
    copied.__doc__ = function.__doc__
    return copied
