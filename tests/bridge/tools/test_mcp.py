"""MCP servers as tools, against real ones: a program that is started, and a server at an address."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from voiceagent.call.events import ToolReturned
from voiceagent.call.policies import ToolPolicy
from voiceagent.config.tools import McpServer
from voiceagent.discreet import Secret
from voiceagent.errors import UserError
from voiceagent.tools.mcp import McpTools

pytest.importorskip("mcp")

SERVER = '''
import os
from mcp.server import MCPServer

server = MCPServer("crm")

@server.tool()
def find_customer(number: str) -> dict:
    """Find a customer."""
    return {"name": "Ann", "number": number, "key": os.environ.get("CRM_KEY", "")}

@server.tool(name="say.hello")
def say_hello() -> str:
    """Say hello."""
    return "Hello."

@server.tool()
def fail() -> str:
    """Fail."""
    raise ValueError("it broke")

server.run("stdio")
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mcp")
    (folder / "crm.py").write_text(SERVER)
    return folder


def tools(folder: Path, **changes: Any) -> McpTools:
    given = {"command": [sys.executable, "crm.py"], "env": {"CRM_KEY": "${KEY}"}, "connect_timeout_seconds": 30, **changes}
    server = McpServer.model_validate(given)
    return McpTools({"crm": server}, {"KEY": Secret("sesame")}, directory=folder, now_ms=lambda: 0.0)


@pytest.fixture(scope="module")
def crm(folder: Path) -> Iterator[McpTools]:
    bounds = {"max_calls": 3, "max_seconds": 20, "filler_after_seconds": 1.5}
    made = tools(folder, ask_first=["fail"], **bounds)
    yield made
    for connection in made._connections.values():
        connection.close()


async def run(box: McpTools, name: str, arguments: str = "{}", *, timeout_ms: int = 20_000) -> ToolReturned:
    return await box.run(name, arguments, tool_call_id="t1", timeout_ms=timeout_ms, context={"call_id": "c1"})


def test_a_servers_tools_have_its_name_before_theirs(crm: McpTools) -> None:
    specs = {spec.name: spec for spec in crm.specs()}
    assert list(specs) == ["crm_find_customer", "crm_say_hello", "crm_fail"]
    assert specs["crm_find_customer"].description == "Find a customer."
    assert specs["crm_find_customer"].parameters["required"] == ["number"]


async def test_a_tool_is_called_and_its_value_comes_back(crm: McpTools) -> None:
    returned = await run(crm, "crm_find_customer", '{"number": "7"}')
    assert (returned.outcome, json.loads(returned.output)) == ("ok", {"name": "Ann", "number": "7", "key": "sesame"})
    assert (await run(crm, "crm_say_hello")).output == '"Hello."'


async def test_each_failure_is_a_sentence_for_the_model(crm: McpTools) -> None:
    failed, nonsense = await run(crm, "crm_fail"), await run(crm, "crm_find_customer", "[1]")
    assert (failed.outcome, nonsense.outcome) == ("error", "error")
    assert "crm_fail failed" in failed.output
    assert "must be a JSON object" in nonsense.output


async def test_a_server_that_takes_too_long_is_not_waited_for(crm: McpTools) -> None:
    returned = await run(crm, "crm_say_hello", timeout_ms=0)
    assert (returned.outcome, "did not answer within 0 s" in returned.output) == ("timeout", True)


def test_the_caller_is_asked_before_the_tools_that_are_named(crm: McpTools) -> None:
    policies = crm.policies(ToolPolicy(filler="One moment."), question="Sure?")
    assert policies["crm_fail"] == ToolPolicy(
        filler="One moment.", filler_after_ms=1500, ask_first="Sure?", most_calls=3, most_ms=20_000
    )
    assert policies["crm_say_hello"].ask_first == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"command": ["/no/such/program"]}, "/no/such/program cannot be used"),
        ({"command": [sys.executable, "-c", "print('hello')"], "connect_timeout_seconds": 3}, "cannot be used"),
        ({"allowed_tools": ["find"]}, "names the tool `find`, which the server does not have"),
        ({"env": {"A": "${NOT_SET}"}}, "needs NOT_SET"),
    ],
)
def test_a_server_that_cannot_be_used_is_told_when_the_project_is_loaded(
    folder: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(UserError) as caught:
        tools(folder, **changes)
    assert words in str(caught.value)
    assert caught.value.remedy


def test_a_server_that_the_engine_speaks_with_is_none_of_ours() -> None:
    server = McpServer.model_validate({"url": "https://x.example", "at": "engine"})
    assert McpTools({"crm": server}, {}, directory=Path(), now_ms=lambda: 0.0).specs() == ()
