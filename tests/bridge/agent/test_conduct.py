"""What the settings of tools, keys and agents mean for a call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voiceagent.agent import conduct
from voiceagent.agent.project import AgentProject, load_project
from voiceagent.call.policies import NO, YES, KeyAction, ToolPolicy
from voiceagent.config.schema import Settings
from voiceagent.errors import UserError

TOOLS = '''
from voiceagent import tool

@tool(ask_first="Cancel {order_id}?", max_calls=1)
def cancel_order(order_id: str) -> str:
    """Cancels."""
    return order_id

@tool(filler="")
def pay(amount: int) -> int:
    """Pays."""
    return amount
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "prompt.md").write_text("You are the desk.")
    (tmp_path / "billing.md").write_text("You do bills.")
    (tmp_path / "tools.py").write_text(TOOLS)
    return tmp_path


def project(folder: Path, **sections: Any) -> AgentProject:
    return load_project(folder, Settings.model_validate(sections))


def test_a_tool_has_its_own_options_over_the_settings(folder: Path) -> None:
    policies = project(folder, tools={"filler": "Hold on.", "filler_after_seconds": 1}).session_settings().tools
    assert policies["cancel_order"] == ToolPolicy(
        ask_first="Cancel {order_id}?", most_calls=1, filler="Hold on.", filler_after_ms=1000
    )
    assert policies["pay"] == ToolPolicy(filler="", filler_after_ms=1000)


@pytest.mark.parametrize(
    ("engine", "filler"),
    [
        ({}, "One moment, please."),
        ({"endpoint": "https://x"}, "One moment, please."),
        ({"endpoint": "https://x", "interim_response": {"type": "static", "texts": ["Hm."], "triggers": ["tool"]}}, ""),
        ({"interim_response": {"type": "static", "texts": ["Hm."], "triggers": ["tool"]}}, "One moment, please."),
    ],
)
def test_an_engine_that_fills_the_time_by_itself_is_not_helped(folder: Path, engine: dict[str, Any], filler: str) -> None:
    assert project(folder, engine=engine).session_settings().tools["cancel_order"].filler == filler


def test_the_words_of_consent_may_be_others(folder: Path) -> None:
    assert conduct.consent_words(Settings()) == (YES, NO)
    settings = project(folder, tools={"yes": ["ja"], "no": ["nein"]}).session_settings()
    assert (settings.yes, settings.no) == (("ja",), ("nein",))


def test_keys_become_a_policy(folder: Path) -> None:
    menu = {"0": {"transfer": "sales", "say": "One moment."}, "1": {"tool": "pay", "arguments": {"amount": 1}}}
    targets = {"targets": {"sales": {"phone_number": "+14255550123"}}}
    keys = {"menu": menu, "pause_seconds": 3, "recognise": True, "max_keys": 8}
    policy = project(folder, keys=keys, transfer=targets).session_settings().keys
    assert (policy.pause_ms, policy.recognise, policy.most) == (3000, True, 8)
    assert policy.menu["0"] == KeyAction(say="One moment.", transfer="sales")
    assert policy.menu["1"] == KeyAction(tool="pay", arguments={"amount": 1})


def test_a_further_agent_has_its_prompt_and_its_tools(folder: Path) -> None:
    agents = {"billing": {"prompt": "billing.md", "offers": ["pay"], "description": "bills", "voice": "alloy"}}
    settings = project(folder, agent={"name": "desk", "offers": ["cancel_order"]}, agents=agents).session_settings()
    billing = settings.agents["billing"]
    assert (billing.instructions, [spec.name for spec in billing.tools]) == ("You do bills.", ["pay"])
    assert (billing.voice, billing.description, settings.agent) == ("alloy", "bills", "desk")
    assert [spec.name for spec in settings.setup.tools] == ["cancel_order"]


def test_an_agent_that_names_no_tools_has_all(folder: Path) -> None:
    billing = project(folder, agents={"billing": {"prompt": "billing.md"}}).agents["billing"]
    assert [spec.name for spec in billing.tools] == ["cancel_order", "pay"]


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"agent": {"offers": ["pays"]}}, "`agent.offers` names the tool `pays`"),
        ({"agents": {"a": {"prompt": "billing.md", "offers": ["x"]}}}, "`agents.a.offers` names the tool `x`"),
        ({"agents": {"a": {"prompt": "nothing.md"}}}, "nothing.md does not exist"),
        ({"keys": {"menu": {"1": {"tool": "payy"}}}}, "`keys.menu.1.tool` names the tool `payy`"),
        ({"keys": {"to": "tool", "tool": "x"}}, "`keys.tool` names the tool `x`"),
    ],
)
def test_what_is_not_there_is_told_when_the_project_is_loaded(folder: Path, sections: dict[str, Any], words: str) -> None:
    with pytest.raises(UserError) as caught:
        project(folder, **sections)
    assert words in str(caught.value)
    assert caught.value.remedy


def test_declared_requests_are_tools_like_others(folder: Path) -> None:
    declared = {"http": {"weather": {"description": "Weather.", "url": "https://x.example"}}}
    names = [spec.name for spec in project(folder, tools=declared).toolset.specs()]
    assert names == ["cancel_order", "pay", "weather"]


def test_a_declared_request_cannot_take_a_functions_name(folder: Path) -> None:
    with pytest.raises(UserError, match="two tools are named `pay`"):
        project(folder, tools={"http": {"pay": {"description": "Pays.", "url": "https://x.example"}}})


def test_the_tools_a_session_has_of_its_own() -> None:
    settings = Settings.model_validate({"agent": {"name": "desk"}, "agents": {"billing": {"prompt": "x"}}})
    assert {"end_call", "hand_to_billing", "hand_to_desk"} <= conduct.own_tools(settings)


MCP_AT_ENGINE = {
    "url": "https://crm.example/mcp",
    "at": "engine",
    "headers": {"Authorization": "${CRM}", "X-Team": "desk"},
    "allowed_tools": ["find", "delete"],
}


@pytest.mark.parametrize(
    ("asks", "approval", "question"),
    [
        (False, "never", {}),
        (True, "always", {"crm": "Shall I go ahead? Please say yes or no."}),
        ("Delete?", "always", {"crm": "Delete?"}),
        (["delete"], {"always": ["delete"], "never": ["find"]}, {"crm": "Shall I go ahead? Please say yes or no."}),
    ],
)
def test_a_server_of_the_engines_own_is_told_to_it(asks: Any, approval: Any, question: dict[str, str]) -> None:
    settings = Settings.model_validate({"tools": {"mcp": {"crm": {**MCP_AT_ENGINE, "ask_first": asks}}}})
    known = settings.model_copy(update={"tools": settings.tools.with_references({"CRM": "Bearer sesame"})})
    cloud = known.model_copy(update={"engine": known.engine.model_copy(update={"endpoint": "https://x"})})
    assert conduct.engine_tools(known) == ()
    assert conduct.engine_tools(cloud) == (
        {
            "type": "mcp",
            "server_label": "crm",
            "server_url": "https://crm.example/mcp",
            "authorization": "Bearer sesame",
            "headers": {"X-Team": "desk"},
            "allowed_tools": ["find", "delete"],
            "require_approval": approval,
        },
    )
    assert conduct.approvals(known) == question


def test_a_header_for_the_engine_that_is_not_set_is_told_when_the_project_is_loaded(folder: Path) -> None:
    with pytest.raises(UserError, match=r"tools.mcp.crm.headers.Authorization` needs CRM") as error:
        project(folder, tools={"mcp": {"crm": MCP_AT_ENGINE}}, engine={"endpoint": "https://x"})
    assert "CRM=" in error.value.remedy
