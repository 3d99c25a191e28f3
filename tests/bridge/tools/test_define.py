"""The decorator leaves a mark and nothing else."""

from __future__ import annotations

import dataclasses

import pytest

import voiceagent
from voiceagent.tools.define import CallContext, ToolOptions, options_of, tool


def lookup(order_id: str) -> str:
    return f"order {order_id}"


def test_a_tool_stays_an_ordinary_function() -> None:
    assert tool(lookup) is lookup
    assert lookup("4271") == "order 4271"


def test_the_bare_and_the_called_form_are_the_same() -> None:
    assert options_of(tool(lambda: 1)) == options_of(tool()(lambda: 1)) == ToolOptions()


def test_options_are_remembered() -> None:
    marked = tool(name="find", description="Finds.", timeout_seconds=2)(lambda: 1)
    assert options_of(marked) == ToolOptions("find", "Finds.", 2)


@pytest.mark.parametrize("thing", [None, 3, "tool", len, lambda: 1, ToolOptions])
def test_anything_else_is_no_tool(thing: object) -> None:
    assert options_of(thing) is None


def test_an_agent_imports_both_names_from_the_root() -> None:
    assert (voiceagent.tool, voiceagent.CallContext) == (tool, CallContext)


def test_the_context_does_not_show_who_calls() -> None:
    context = CallContext("c1", caller=voiceagent.discreet.PhoneNumber("+14255550123"))
    assert "4255550123" not in repr(context)
    with pytest.raises(dataclasses.FrozenInstanceError):
        context.call_id = "c2"  # type: ignore[misc]
