"""What is said about results."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.config.schema import ThinkerReply, ThinkerRule
from voiceagent.speech.think.port import ToolWasCalled
from voiceagent.speech.think.results import tool_reply

RULE = ThinkerRule(
    name="order",
    tool="lookup_order",
    reply="Order {order_id:spell} is {status}.",
    reply_if=[ThinkerReply(when={"status": "not_found"}, reply="No order {order_id:spell}.")],
)


def reply(result: Any, *, name: str = "lookup_order", rules: list[ThinkerRule] | None = None) -> str:
    output = result if isinstance(result, str) else json.dumps(result)
    return tool_reply([RULE] if rules is None else rules, ToolWasCalled("c1", name, '{"order_id": "4271"}'), output)


def test_the_rules_template_speaks() -> None:
    assert reply({"status": "shipped"}) == "Order 4 2 7 1 is shipped."


def test_an_alternative_that_fits_speaks_instead() -> None:
    assert reply({"status": "NOT_FOUND"}) == "No order 4 2 7 1."


@pytest.mark.parametrize(
    ("wanted", "found", "fits"),
    [(["a", "b"], "B", True), (None, None, True), (3, 3, True), (3, "3", False), (True, True, True), ("x", None, False)],
)
def test_when_an_alternative_fits(wanted: Any, found: Any, fits: bool) -> None:
    rule = ThinkerRule(name="r", tool="t", reply="plain", reply_if=[ThinkerReply(when={"x": wanted}, reply="fits")])
    assert reply({"x": found}, name="t", rules=[rule]) == ("fits" if fits else "plain")


def test_an_error_is_told_without_its_details() -> None:
    assert reply({"error": "KeyError: 'x'"}) == "Sorry, something went wrong with that. Please try again in a moment."


@pytest.mark.parametrize(
    ("outcome", "begins"),
    [
        ("busy", "I am sorry, the line is busy."),
        ("no_answer", "I am sorry, nobody answers"),
        ("no-answer", "I am sorry, nobody answers"),
        ("declined", "I am sorry, nobody can take"),
        ("failed", "I am sorry, I could not connect you."),
    ],
)
def test_a_transfer_that_failed_is_told(outcome: str, begins: str) -> None:
    said = reply({"outcome": outcome, "message": "the service's own sentence"}, name="request_transfer", rules=[])
    assert said.startswith(begins)
    assert said.endswith("Is there anything else I can do for you?")


def test_a_transfer_that_was_refused_is_told() -> None:
    assert reply({"error": "there is no target"}, name="request_transfer").startswith("I am sorry, I could not")


@pytest.mark.parametrize(
    ("name", "result"), [("request_transfer", {"outcome": "connected"}), ("end_call", {}), ("end_call", "")]
)
def test_what_succeeded_silently_is_not_told(name: str, result: Any) -> None:
    assert reply(result, name=name) == ""


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ({"message": "All done."}, "All done."),
        ({"seats_left": 3, "day": "Monday", "note": None}, "The seats left is 3. The day is Monday."),
        ("We are open.", "We are open."),
        (["tea", "milk"], "tea and milk"),
        ({}, "Done. Is there anything else I can do for you?"),
        ("", "Done. Is there anything else I can do for you?"),
    ],
)
def test_without_a_template_the_result_is_read_out(result: Any, said: str) -> None:
    assert reply(result, name="other") == said


def test_a_value_that_is_a_sentence_ends_once() -> None:
    assert reply({"detail": "It arrives tomorrow."}, rules=[]) == "The detail is It arrives tomorrow."


@pytest.mark.parametrize(
    ("declined", "words"),
    [("no", "I have not done that"), ("unclear", "a clear yes"), ("gave_up", "we leave that"), ("new", "something went wrong")],
)
def test_a_tool_that_the_caller_did_not_agree_to_is_no_failure(declined: str, words: str) -> None:
    assert words in reply({"error": "It was not done.", "declined": declined})


def test_another_agent_introduces_itself_unless_a_rule_says_how() -> None:
    assert reply({"agent": "billing"}, name="hand_to_billing") == "This is billing. How can I help you?"
    rule = ThinkerRule(name="bills", tool="hand_to_billing", reply="Billing here.")
    assert reply({"agent": "billing"}, name="hand_to_billing", rules=[rule]) == "Billing here."
