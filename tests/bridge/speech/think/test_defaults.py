"""Rules that follow from tools."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.config.schema import ThinkerRule, ThinkerSection
from voiceagent.speech.think.defaults import rules_for
from voiceagent.speech.think.port import Call, CallerSaid, Said
from voiceagent.speech.think.rules import RulesThinker


def tool(name: str, description: str = "", **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "name": name, "description": description, "parameters": parameters}


LOOKUP = tool("lookup_order", "Look up the status of an order.", order_id={"type": "string", "pattern": r"^\d{4}$"})
BOOK = tool("book_table", "Reserve a table.", size={"type": "string", "enum": ["small", "large"]}, outside={"type": "boolean"})
TRANSFER = tool("request_transfer", target={"type": "string", "enum": ["sales", "support"]}, reason={"type": "string"})
END = tool("end_call", reason={"type": "string"})
TOOLS = [LOOKUP, BOOK, TRANSFER, END]


@pytest.mark.parametrize(
    ("said", "name", "arguments"),
    [
        ("Where are my orders? Number 4271.", "lookup_order", {"order_id": "4271"}),
        ("four two seven one", "lookup_order", {"order_id": "4271"}),
        ("Let me talk to a person", "request_transfer", {"target": "sales", "reason": "Let me talk to a person"}),
        ("Okay, goodbye", "end_call", {"reason": "Okay, goodbye"}),
    ],
)
def test_an_agent_without_rules_uses_its_tools(said: str, name: str, arguments: dict[str, str]) -> None:
    moves = RulesThinker(ThinkerSection()).moves([CallerSaid(said)], TOOLS)
    assert moves[-1] == Call(name, json.dumps(arguments))


@pytest.mark.parametrize("said", ["Please don't hang up.", "Is that a good buy?"])
def test_what_is_no_farewell_ends_no_call(said: str) -> None:
    (move,) = RulesThinker(ThinkerSection()).moves([CallerSaid(said)], [END])
    assert isinstance(move, Said)


def test_what_a_tool_needs_is_asked_for() -> None:
    thinker = RulesThinker(ThinkerSection())
    assert thinker.moves([CallerSaid("I want to reserve a table")], TOOLS) == [Said("Which size: small or large?")]
    conversation = [CallerSaid("I want to reserve a table"), CallerSaid("a large one")]
    assert thinker.moves(conversation, TOOLS) == [Said("Outside: yes or no?")]
    arguments = json.dumps({"size": "large", "outside": True})
    assert thinker.moves([*conversation, CallerSaid("yes please")], TOOLS) == [Call("book_table", arguments)]


def test_the_exact_length_of_a_number_is_read_from_its_pattern() -> None:
    slot = rules_for([], [LOOKUP])[0].slots["order_id"]
    assert (slot.kind, slot.min_digits, slot.max_digits, slot.ask) == ("digits", 4, 4, "What is the order number?")


def test_free_text_is_taken_as_it_is_said() -> None:
    note = tool("leave_message", "Leave a message for the shop.", words={"type": "string"})
    thinker = RulesThinker(ThinkerSection())
    conversation = [CallerSaid("I'd like to leave a message"), CallerSaid("Please call me back")]
    assert thinker.moves(conversation[:1], [note]) == [Said("What is the words?")]
    assert thinker.moves(conversation, [note]) == [Call("leave_message", json.dumps({"words": "Please call me back"}))]


def test_written_rules_come_first_and_a_way_out_is_added() -> None:
    mine = ThinkerRule(name="mine", match=["order"], reply="No orders today.")
    assert [rule.name for rule in rules_for([mine], TOOLS)] == ["mine", "a person", "goodbye"]


def test_a_way_out_that_is_written_is_not_added_again() -> None:
    mine = ThinkerRule(name="mine", match=["bye"], tool="end_call")
    assert [rule.name for rule in rules_for([mine], [END])] == ["mine"]


def test_a_tool_with_a_strange_schema_is_still_a_rule() -> None:
    assert rules_for([], [{"name": "ping", "parameters": None}])[0].match == ["ping", "pings"]


def test_a_rule_whose_tool_is_not_offered_now_leaves_the_words_to_one_whose_tool_is() -> None:
    desk = ThinkerRule(name="desk", match=["bill"], tool="hand_to_billing")
    billing = ThinkerRule(name="billing", match=["bill"], tool="read_bill")
    rules = [desk, billing, ThinkerRule(name="hello", match=["hello"], reply="Hello.")]
    assert [rule.name for rule in rules_for(rules, [tool("hand_to_billing")])] == ["desk", "hello", "billing"]
    assert [rule.name for rule in rules_for(rules, [tool("read_bill")])] == ["billing", "hello", "desk"]
