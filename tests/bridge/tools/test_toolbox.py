from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent import tool
from voiceagent.call.policies import ToolPolicy
from voiceagent.errors import UserError
from voiceagent.tools.run import PythonTools
from voiceagent.tools.toolbox import Toolbox


@tool(max_calls=1)
def first() -> str:
    """First."""
    return "one"


@tool
def second() -> str:
    """Second."""
    return "two"


def python(*functions: Any) -> PythonTools:
    return PythonTools(functions, now_ms=lambda: 0.0)


async def run(box: Toolbox, name: str) -> Any:
    returned = await box.run(name, "{}", tool_call_id="t", timeout_ms=1000, context={})
    return json.loads(returned.output)


async def test_each_tool_runs_where_it_comes_from() -> None:
    box = Toolbox([python(first), python(second)])
    assert [spec.name for spec in box.specs()] == ["first", "second"]
    assert [await run(box, name) for name in ("first", "second")] == ["one", "two"]
    assert "There is no tool named 'third'" in (await run(box, "third"))["error"]


def test_the_policies_of_all() -> None:
    policies = Toolbox([python(first), python(second)]).policies(ToolPolicy(filler="One moment."), question="")
    assert policies == {"first": ToolPolicy(filler="One moment.", most_calls=1), "second": ToolPolicy(filler="One moment.")}


def test_two_tools_of_one_name_are_refused() -> None:
    with pytest.raises(UserError, match="two tools are named `first`"):
        Toolbox([python(first), python(first)])
