"""A chat endpoint as thinker, over a transport in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from voiceagent.config.schema import ThinkerSection
from voiceagent.errors import RemoteError, UserError
from voiceagent.speech.think.chat import STILL_RUNNING, ChatThinker
from voiceagent.speech.think.port import (
    AgentSaid,
    Call,
    CallerSaid,
    DigitsWanted,
    Item,
    Said,
    SystemSaid,
    ToolAnswered,
    ToolWasCalled,
)
from voiceagent.testing.openai_stub import misplaced

APOLOGY = "Einen Moment bitte."
SECTION = ThinkerSection(kind="chat", base_url="http://127.0.0.1:1/v1/", model="small", api_key="k", apology=APOLOGY)
TOOL = {"type": "function", "name": "lookup_order", "description": "d", "parameters": {"type": "object"}}


def stream(*events: Any) -> Callable[[httpx.Request], httpx.Response]:
    lines = [event if isinstance(event, str) else f"data: {json.dumps(event)}" for event in events]
    return lambda _: httpx.Response(200, text="\n\n".join([": a comment", *lines, "data: [DONE]", "data: after"]) + "\n\n")


def words(text: str) -> dict[str, Any]:
    return {"choices": [{"delta": {"content": text}}]}


def tool_part(index: int, name: str | None, arguments: str | None) -> dict[str, Any]:
    return {"choices": [{"delta": {"tool_calls": [{"index": index, "function": {"name": name, "arguments": arguments}}]}}]}


async def think(handler: Callable[[httpx.Request], httpx.Response], *items: Item) -> list[Said | Call]:
    thinker = ChatThinker(SECTION, transport=httpx.MockTransport(handler))
    moves = []
    try:
        async for move in thinker.reply(items or [CallerSaid("hi")], [TOOL], "Be kind."):
            moves.append(move)
    except RemoteError as error:
        moves.append(Said(f"RemoteError {error.status} {error.code}".strip()))
    finally:
        await thinker.close()
        await thinker.close()
    return moves


async def test_sentences_are_passed_on_as_they_are_complete() -> None:
    moves = await think(stream(words("Hel"), words("lo. How"), words(" are you? Fi"), {"choices": []}, words("ne")))
    assert moves == [Said("Hello. "), Said("How are you? "), Said("Fine")]


async def test_tool_calls_are_put_together_from_their_parts() -> None:
    events = [tool_part(0, "lookup_order", ""), tool_part(0, None, '{"order_id":'), tool_part(0, None, '"4271"}')]
    events += [tool_part(1, "end_call", None)]
    assert await think(stream(*events)) == [Call("lookup_order", '{"order_id":"4271"}'), Call("end_call", "{}")]


async def test_the_whole_conversation_is_sent() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return stream(words("ok"))(request)

    conversation = [
        AgentSaid("Hello."),
        CallerSaid("order"),
        SystemSaid("note"),
        ToolWasCalled("c", "t", "{}"),
        ToolAnswered("c", "r"),
    ]
    await think(answer, *conversation)
    request = json.loads(seen[0].content)
    assert str(seen[0].url) == "http://127.0.0.1:1/v1/chat/completions"
    assert seen[0].headers["authorization"] == "Bearer k"
    assert (request["model"], request["stream"]) == ("small", True)
    assert request["tools"] == [{"type": "function", "function": {key: TOOL[key] for key in TOOL if key != "type"}}]
    assert request["messages"] == [
        {"role": "system", "content": "Be kind."},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "order"},
        {"role": "system", "content": "note"},
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "t", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c", "content": "r"},
    ]


def call_of(call_id: str) -> dict[str, Any]:
    function = {"name": "look_up", "arguments": "{}"}
    return {"role": "assistant", "tool_calls": [{"id": call_id, "type": "function", "function": function}]}


def answer_to(call_id: str, output: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": output}


A, B = ToolWasCalled("a", "look_up", "{}"), ToolWasCalled("b", "look_up", "{}")


@pytest.mark.parametrize(
    ("conversation", "messages"),
    [
        pytest.param(
            [A, B, ToolAnswered("b", "2"), ToolAnswered("a", "1")],
            [call_of("b"), answer_to("b", "2"), call_of("a"), answer_to("a", "1")],
            id="two-at-once",
        ),
        pytest.param(
            [A, AgentSaid("Shall I?"), CallerSaid("yes"), ToolAnswered("a", "1")],
            [
                {"role": "assistant", "content": "Shall I?"},
                {"role": "user", "content": "yes"},
                call_of("a"),
                answer_to("a", "1"),
            ],
            id="asked-first",
        ),
        pytest.param(
            [A, CallerSaid("Are you there?")],
            [call_of("a"), answer_to("a", STILL_RUNNING), {"role": "user", "content": "Are you there?"}],
            id="still-running",
        ),
        pytest.param([ToolAnswered("gone", "1"), CallerSaid("x")], [{"role": "user", "content": "x"}], id="answer-to-nothing"),
    ],
)
async def test_a_call_stands_right_before_its_answer(conversation: list[Item], messages: list[dict[str, Any]]) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return stream(words("ok"))(request)

    await think(answer, *conversation)
    _, *sent = json.loads(seen[0].content)["messages"]
    assert sent == messages
    assert misplaced(sent) == ""


def lost(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (lambda _: httpx.Response(401, text="no key"), "RemoteError 401"),
        (lost, "RemoteError None"),
        (stream("data: {broken"), "RemoteError None"),
        (stream('data: "text"'), "RemoteError None"),
        (stream({"error": {"message": "overloaded"}}), "RemoteError None"),
        (stream(words("x" * 20_001)), "RemoteError None reply_too_long"),
    ],
)
async def test_a_failure_is_apologised_for_and_raised(handler: Callable[[httpx.Request], httpx.Response], error: str) -> None:
    assert await think(handler) == [Said(APOLOGY), Said(error)]


async def test_what_was_said_before_a_failure_stays_said() -> None:
    assert await think(stream(words("Hello. I"), "data: {broken")) == [Said("Hello. "), Said(APOLOGY), Said("RemoteError None")]


async def test_an_empty_apology_is_not_said() -> None:
    thinker = ChatThinker(SECTION.model_copy(update={"apology": ""}), transport=httpx.MockTransport(lost))
    with pytest.raises(RemoteError):
        assert [move async for move in thinker.reply([CallerSaid("hi")], [], "")] == []
    await thinker.close()


def test_without_an_endpoint_the_remedy_is_named() -> None:
    with pytest.raises(UserError, match="base_url"):
        ChatThinker(ThinkerSection(kind="chat"))


def test_digits_are_expected_after_a_question_for_a_number() -> None:
    thinker = ChatThinker(SECTION)
    assert thinker.expects_digits([AgentSaid("What is your order number?")]) == DigitsWanted(3)
    assert thinker.expects_digits([AgentSaid("How can I help?")]) is None
    assert thinker.unfinished([], "my number is")
