"""Conversations with the deterministic thinker: this is said, this must follow."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.config.schema import ThinkerReply, ThinkerRule, ThinkerSection, ThinkerSlot
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
from voiceagent.speech.think.rules import REPEAT, Move, RulesThinker

ASK = "Sure. What is your order number?"
SECTION = ThinkerSection(
    fallback="Pardon?",
    rules=[
        ThinkerRule(
            name="person",
            match=["human"],
            tool="request_transfer",
            arguments={"target": "support", "reason": "{utterance}"},
            reply="One moment.",
        ),
        ThinkerRule(
            name="order",
            match=["order"],
            tool="lookup_order",
            slots={"order_id": ThinkerSlot(kind="digits", min_digits=4, max_digits=4, ask=ASK)},
            reply="Order {order_id:spell} is {status}. {detail}",
            reply_if=[ThinkerReply(when={"status": "not_found"}, reply="No order {order_id:spell}. What number was it?")],
        ),
        ThinkerRule(name="hours", match=["open"], reply="From nine to five."),
    ],
)
TOOLS: list[dict[str, Any]] = [
    {"name": "lookup_order", "parameters": {"properties": {"order_id": {"type": "string"}}}},
    {"name": "request_transfer", "parameters": {}},
]
LOOKUP = Call("lookup_order", '{"order_id": "4271"}')


def moves(*items: Item | str, tools: list[dict[str, Any]] | None = None, section: ThinkerSection = SECTION) -> list[Move]:
    conversation = [CallerSaid(item) if isinstance(item, str) else item for item in items]
    return RulesThinker(section).moves(conversation, TOOLS if tools is None else tools)


def called(call_id: str = "c1", name: str = "lookup_order", arguments: str = '{"order_id": "4271"}') -> ToolWasCalled:
    return ToolWasCalled(call_id, name, arguments)


def answered(call_id: str = "c1", **result: Any) -> ToolAnswered:
    return ToolAnswered(call_id, json.dumps(result))


def test_an_order_is_looked_up_and_told() -> None:
    assert moves("Where is my order four two seven one?") == [LOOKUP]
    told = moves("Where is my order four two seven one?", called(), answered(status="on_its_way"))
    assert told == [Said("Order 4 2 7 1 is on its way.")]


def test_a_missing_number_is_asked_for_and_then_used() -> None:
    assert moves("Where is my order?") == [Said(ASK)]
    assert moves("Where is my order?", AgentSaid(ASK), "It's four two seven one.") == [LOOKUP]


def test_the_question_need_not_have_been_heard() -> None:
    assert moves("Where is my order?", "It's four two seven one.") == [LOOKUP]
    assert moves("Where is my order?", AgentSaid(""), "It's four two seven one.") == [LOOKUP]


def test_an_incomplete_number_is_read_back_and_completed() -> None:
    assert moves("my order", AgentSaid(ASK), "four two") == [Said("I only heard 4 2. What is your order number?")]
    assert moves("my order", AgentSaid(ASK), "four two", AgentSaid("I only"), "seven one") == [LOOKUP]


def test_an_answer_that_is_none_is_asked_for_again() -> None:
    asked = moves("my order", AgentSaid(ASK), "Let me see.")
    assert asked == [Said("Sorry, I did not get that. What is your order number?")]


def test_an_unknown_number_can_be_said_again() -> None:
    conversation: list[Item] = [
        CallerSaid("order 1234"),
        called(arguments='{"order_id": "1234"}'),
        answered(status="not_found"),
    ]
    said = moves(*conversation)
    assert said == [Said("No order 1 2 3 4. What number was it?")]
    assert isinstance(said[0], Said)
    assert moves(*conversation, AgentSaid(said[0].text), "four two seven one") == [LOOKUP]


def test_a_transfer_is_announced_before_it_is_asked_for() -> None:
    arguments = json.dumps({"target": "support", "reason": "Give me a human!"})
    assert moves("Give me a human!") == [Said("One moment."), Call("request_transfer", arguments)]


def test_a_busy_target_is_told_and_the_agent_goes_on() -> None:
    conversation: list[Item] = [
        CallerSaid("A human!"),
        AgentSaid("One moment."),
        called(name="request_transfer", arguments="{}"),
    ]
    conversation.append(answered(outcome="busy", message="the line is busy"))
    assert moves(*conversation) == [Said("I am sorry, the line is busy. Is there anything else I can do for you?")]
    assert moves(*conversation, AgentSaid("I am sorry"), "Are you open?") == [Said("From nine to five.")]


def test_a_rule_without_tool_just_replies() -> None:
    assert moves("When are you open?") == [Said("From nine to five.")]


def test_what_is_not_understood_gets_the_fallback() -> None:
    assert moves("The weather is nice.") == [Said("Pardon?")]


@pytest.mark.parametrize(
    ("turn", "reply"),
    [
        (CallerSaid("The weather is nice.", -0.7), [Said(REPEAT)]),
        (CallerSaid("The weather is nice.", -0.2), [Said("Pardon?")]),
        (CallerSaid("When are you open", -0.7), [Said("From nine to five.")]),
        (CallerSaid("human", -0.9), [Said(REPEAT)]),
        (CallerSaid("", None), [Said(REPEAT)]),
    ],
)
def test_doubtful_words_are_asked_for_again_rather_than_acted_upon(turn: CallerSaid, reply: list[Move]) -> None:
    assert moves(turn) == reply


def test_a_tool_that_is_not_there_is_excused() -> None:
    assert moves("order 4271", tools=[]) == [Said("Sorry, I cannot do that at the moment.")]


def test_a_number_is_given_as_the_tool_wants_it() -> None:
    tools = [{"name": "lookup_order", "parameters": {"properties": {"order_id": {"type": "integer"}}}}]
    assert moves("order 4271", tools=tools) == [Call("lookup_order", '{"order_id": 4271}')]


def test_two_results_are_told_in_their_order() -> None:
    conversation: list[Item] = [CallerSaid("order 4271"), called("a"), called("b", arguments='{"order_id": "1138"}')]
    conversation += [answered("b", status="sent"), answered("a", status="lost")]
    assert moves(*conversation) == [Said("Order 1 1 3 8 is sent."), Said("Order 4 2 7 1 is lost.")]


def test_a_result_that_was_told_is_not_told_again() -> None:
    assert moves("order 4271", called(), answered(status="sent"), AgentSaid("Order 4"), "Are you open?") == [
        Said("From nine to five.")
    ]


def test_nothing_follows_when_the_agent_had_the_last_word() -> None:
    assert moves("Are you open?", AgentSaid("From nine to five.")) == []
    assert moves("order 4271", called()) == []


def test_remarks_of_the_system_change_nothing() -> None:
    assert moves(SystemSaid("The caller pressed 1."), "Are you open?", SystemSaid("x")) == [Said("From nine to five.")]


def test_a_call_that_begins_with_the_agent_is_greeted() -> None:
    assert moves() == [Said("Hello. How can I help you?")]


def test_results_of_unknown_calls_are_ignored() -> None:
    assert moves("Are you open?", AgentSaid("Yes."), answered("zzz", status="sent")) == []


async def test_a_reply_is_streamed() -> None:
    thinker = RulesThinker(SECTION)
    assert [move async for move in thinker.reply([CallerSaid("order 4271")], TOOLS, "")] == [LOOKUP]


@pytest.mark.parametrize(
    ("conversation", "wanted"),
    [
        ([CallerSaid("my order"), AgentSaid(ASK)], DigitsWanted(4, 4)),
        ([CallerSaid("my order four two"), AgentSaid("I only heard")], DigitsWanted(2, 4)),
        ([AgentSaid("Hello. What is your order number?")], DigitsWanted(4, 4)),
        ([AgentSaid("Hello. How can I help?")], DigitsWanted(4, 4, asked=False)),
        ([], DigitsWanted(4, 4, asked=False)),
    ],
)
def test_whether_digits_are_expected(conversation: list[Item], wanted: DigitsWanted) -> None:
    assert RulesThinker(SECTION).expects_digits(conversation, TOOLS) == wanted


def test_an_agent_without_numbers_expects_none() -> None:
    thinker = RulesThinker(ThinkerSection(rules=SECTION.rules[2:]))
    assert thinker.expects_digits([CallerSaid("hi")]) is None
    assert thinker.expects_digits([AgentSaid("What is your number?")]) == DigitsWanted()


@pytest.mark.parametrize(
    ("text", "unfinished"),
    [("My order number is", True), ("order four two", True), ("order four two seven one", False), ("Are you open?", False)],
)
def test_a_pause_in_the_middle_is_recognised(text: str, unfinished: bool) -> None:
    assert RulesThinker(SECTION).unfinished([], text, TOOLS) is unfinished
