from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.emulators.voice_live.mcp import needs_approval, server_of
from voiceagent.emulators.voice_live.steps import CallTool, ListTools

Stages = Callable[..., Any]
SERVER = {"type": "mcp", "server_label": "orders", "server_url": "http://127.0.0.1:1/mcp"}
TOOLS = [{"name": "lookup", "description": "Find an order.", "inputSchema": {"type": "object"}}, {"name": "cancel"}]


def ready(stage: Stages, **server: Any) -> Any:
    """A session whose server has told its tools, and a response under way."""
    one = stage(model="gpt-4o")
    one.update(tools=[{**SERVER, **server}])
    one.take(one.state.tools_listed(one.steps[-1].item_id, TOOLS))
    one.client("response.create")
    return one


def test_a_server_is_listed_after_the_update_that_names_it(stage: Stages) -> None:
    one = stage(model="gpt-4o")
    assert one.update(tools=[SERVER]) == [
        "session.updated",
        "conversation.item.created",
        "mcp_list_tools.in_progress",
    ]
    assert isinstance(one.steps[-1], ListTools)
    item_id = one.steps[-1].item_id
    assert one.take(one.state.tools_listed(item_id, TOOLS)) == ["mcp_list_tools.completed"]
    one.client("conversation.item.retrieve", item_id=item_id)
    item = one.last("conversation.item.retrieved")["item"]
    assert [tool["name"] for tool in item["tools"]] == ["lookup", "cancel"]
    assert one.update(tools=[SERVER]) == ["session.updated"], "it is known already"
    assert [tool["name"] for tool in one.state.scene().tools] == ["lookup", "cancel"]


def test_a_server_that_cannot_be_asked_is_told(stage: Stages) -> None:
    one = stage(model="gpt-4o")
    one.update(tools=[SERVER])
    assert one.take(one.state.tools_not_listed(one.steps[-1].item_id)) == ["mcp_list_tools.failed"]
    assert one.state.scene().tools == ()


def test_a_server_that_is_no_longer_named_is_forgotten(stage: Stages) -> None:
    one = ready(stage)
    one.done()
    one.update(tools=[])
    assert one.state.scene().tools == ()


def test_a_late_answer_is_not_taken_for_that_of_another_server_with_its_label(stage: Stages) -> None:
    one = stage(model="gpt-4o")
    one.update(tools=[SERVER])
    asked = one.steps[-1].item_id
    one.update(tools=[{**SERVER, "server_url": "http://127.0.0.1:2/mcp"}])
    one.take(one.state.tools_listed(one.steps[-1].item_id, [{"name": "track"}]))
    assert one.take(one.state.tools_listed(asked, TOOLS)) == ["mcp_list_tools.completed"]
    assert [tool["name"] for tool in one.state.scene().tools] == ["track"]


def test_a_call_runs_when_the_response_is_done(stage: Stages) -> None:
    one = ready(stage, require_approval="never")
    assert one.requests[-1].tools[0]["name"] == "lookup"
    told = one.call("lookup", '{"id":1}')
    assert [told[0], told[1], told[-1]] == [
        "response.output_item.added",
        "conversation.item.created",
        "response.mcp_call_arguments.done",
    ]
    assert one.done() == ["response.done", "response.mcp_call.in_progress"]
    call = one.steps[-1]
    assert isinstance(call, CallTool)
    assert (call.name, call.arguments, call.server.label) == ("lookup", '{"id":1}', "orders")
    assert one.take(one.state.tool_answered(call.item_id, "shipped")) == [
        "response.mcp_call.completed",
        "response.output_item.done",
    ]
    assert one.last("response.output_item.done")["item"]["output"] == "shipped"
    one.client("response.create")
    assert [(entry.kind, entry.text) for entry in one.requests[-1].entries] == [("call", '{"id":1}'), ("output", "shipped")]


def test_a_call_that_fails_is_told(stage: Stages) -> None:
    one = ready(stage, require_approval="never")
    one.call("lookup", "{}")
    one.done()
    assert one.take(one.state.tool_failed(one.steps[-1].item_id, "no database"))[0] == "response.mcp_call.failed"
    assert one.last("response.output_item.done")["item"]["error"]["message"] == "no database"


@pytest.mark.parametrize(("approve", "runs"), [(True, True), (False, False)])
def test_a_call_waits_for_approval(stage: Stages, approve: bool, runs: bool) -> None:
    one = ready(stage)
    one.call("lookup", "{}")
    request = one.last("response.output_item.done")["item"]
    assert (request["type"], request["server_label"], request["name"]) == ("mcp_approval_request", "orders", "lookup")
    assert one.done() == ["response.done"]
    answer = {"type": "mcp_approval_response", "approval_request_id": request["id"], "approve": approve}
    told = one.client("conversation.item.create", item=answer)
    assert told[0] == "conversation.item.created"
    assert ("response.mcp_call.in_progress" in told) is runs
    assert isinstance(one.steps[-1], CallTool) is runs


def test_an_approval_may_be_an_event_of_its_own(stage: Stages) -> None:
    one = ready(stage)
    one.call("lookup", "{}")
    request = one.last("response.output_item.done")["item"]
    one.done()
    told = one.client("mcp_approval_response", approval_request_id=request["id"], approve=True)
    assert told[-1] == "response.mcp_call.in_progress"
    assert one.client("mcp_approval_response") == ["error"]


def test_approving_what_nobody_asked_is_refused(stage: Stages) -> None:
    one = ready(stage)
    item = {"type": "mcp_approval_response", "approval_request_id": "mcpr_x", "approve": True}
    assert one.client("conversation.item.create", item=item) == ["error"]
    assert one.client("conversation.item.create", item={**item, "approve": "yes"}) == ["error"]


def test_only_allowed_tools_are_offered(stage: Stages) -> None:
    one = ready(stage, allowed_tools=["cancel"])
    assert [tool["name"] for tool in one.requests[-1].tools] == ["cancel"]


@pytest.mark.parametrize(
    ("approval", "name", "needed"),
    [
        (None, "lookup", True),
        ("always", "lookup", True),
        ("never", "lookup", False),
        ({"never": ["lookup"]}, "lookup", False),
        ({"never": ["lookup"]}, "cancel", True),
        ({"always": ["cancel"]}, "lookup", True),
    ],
)
def test_approval_is_needed_unless_it_is_waived(approval: Any, name: str, needed: bool) -> None:
    assert needs_approval(server_of({**SERVER, "require_approval": approval}), name) is needed
