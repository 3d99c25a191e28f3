"""Tools, keys and agents that cannot be meant are told with their place and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.config.schema import Settings
from voiceagent.config.tool_checks import check_tools
from voiceagent.errors import UserError

GET = {"description": "Finds.", "url": "https://x.example/orders/{order_id}"}
ORDER = {"order_id": {"pattern": "^[0-9]{4}$"}}


def check(**sections: Any) -> None:
    check_tools(Settings.model_validate(sections), lambda _: "here")


def http(**tool: Any) -> dict[str, Any]:
    return {"tools": {"http": {"find": {**GET, "parameters": ORDER, **tool}}}}


def mcp(**server: Any) -> dict[str, Any]:
    return {"tools": {"mcp": {"crm": server}}}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (http(parameters={}), "`tools.http.find.url` has {order_id}, which is not under its parameters"),
        (http(parameters={"order_id": {"required": False}}), "which is not required"),
        (http(parameters={"order_id": {"pattern": "("}}), "no regular expression"),
        (http(headers={"Authorization": "Bearer abc"}), "`tools.http.find.headers.Authorization` holds a secret"),
        (http(headers={"x-api-key": "abc"}), "holds a secret"),
        (mcp(), "needs either a command or a url"),
        (mcp(command=["x"], url="https://x"), "needs either a command or a url"),
        (mcp(command=["x"], at="engine"), "cannot start a command here"),
        (mcp(url="x.example"), "`tools.mcp.crm.url` is x.example"),
        ({**mcp(at="engine", url="https://x"), "engine": {"kind": "openai"}}, "openai is not asked to"),
        ({**mcp(at="engine", url="https://x"), "engine": {"kind": "pipeline"}}, "pipeline is not asked to"),
        (
            {**mcp(at="engine", url="https://x"), "engine": {"kind": "voice-live", "api_version": "2025-10-01"}},
            "Voice Live 2025-10-01 knows no such servers",
        ),
        (mcp(url="https://x", headers={"Cookie": "a=b"}), "holds a secret"),
        ({"tools": {"http": {"a": {**GET, "url": "https://x"}}, "mcp": {"a": {"url": "https://x"}}}}, "the same name"),
        ({"keys": {"menu": {"0": {"transfer": "sales"}}}}, "transfers to sales (here), and there is no such target"),
        ({"keys": {"menu": {"0": {"tool": "a", "end_call": True}}}}, "does tool and end_call"),
        ({"keys": {"to": "tool"}}, "`keys.to` is tool"),
        ({"keys": {"tool": "find"}}, "`keys.to` is model"),
        ({"agent": {"name": "desk"}, "agents": {"desk": {"prompt": "x.md"}}}, "the name of the first agent"),
    ],
)
def test_what_cannot_work_is_told(given: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError) as caught:
        check(**given)
    assert words in str(caught.value)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "given",
    [
        {},
        http(headers={"Authorization": "Bearer ${TOKEN}", "accept": "application/json"}),
        mcp(command=["server", "--stdio"]),
        mcp(at="engine", url="https://x"),
        {
            "keys": {"menu": {"0": {"transfer": "a", "say": "Yes."}, "*": {}}},
            "transfer": {"targets": {"a": {"phone_number": "+14255550123"}}},
        },
        {"keys": {"to": "tool", "tool": "find"}},
    ],
)
def test_what_can_work_is_let_through(given: dict[str, Any]) -> None:
    check(**given)
