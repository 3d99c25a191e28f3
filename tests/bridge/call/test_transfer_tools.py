from __future__ import annotations

import pytest

from voiceagent.call.settings import TargetPolicy
from voiceagent.call.transfer_tools import TransferRequest, parse_decision, parse_transfer, transfer_tools
from voiceagent.testing.factories import PEOPLE


def test_the_transfer_tool_names_its_targets_and_what_they_are_for() -> None:
    (transfer,) = transfer_tools(PEOPLE)
    assert transfer.name == "request_transfer"
    assert transfer.parameters["properties"]["target"] == {
        "type": "string",
        "enum": ["sales", "nurse"],
        "description": "sales: questions about prices; nurse: health",
    }
    assert transfer.parameters["required"] == ["target", "reason"]


def test_a_transfer_request_is_understood() -> None:
    assert parse_transfer(' {"target": "sales",\n"reason": "price"}', PEOPLE) == TransferRequest("sales", "price")
    assert parse_transfer('{"target": "sales"}', PEOPLE) == TransferRequest("sales", "")
    assert parse_transfer('{"target": "sales", "reason": 5}', PEOPLE) == TransferRequest("sales", "5")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("", "the arguments are not a JSON object"),
        ("[1]", "the arguments are not a JSON object"),
        ("[" * 100_000, "the arguments are not a JSON object"),
        ("{}", "there is no target null; the targets are sales, nurse"),
        ('{"target": "boss"}', 'there is no target "boss"; the targets are sales, nurse'),
        ('{"target": ["sales"]}', 'there is no target ["sales"]; the targets are sales, nurse'),
    ],
)
def test_nonsense_is_answered_with_a_sentence(arguments: str, sentence: str) -> None:
    assert parse_transfer(arguments, PEOPLE) == sentence


def test_only_a_human_who_can_be_told_gets_a_summary() -> None:
    (join,) = transfer_tools({"sales": TargetPolicy()})
    (warm,) = transfer_tools({"sales": TargetPolicy(mode="warm")})
    assert "summary" not in join.parameters["properties"]
    assert "summary" in warm.parameters["properties"]


def test_the_model_may_tell_what_a_human_decided_only_where_humans_are_asked() -> None:
    assert [spec.name for spec in transfer_tools({"sales": TargetPolicy(mode="consult")})] == [
        "request_transfer",
        "human_decided",
    ]
    assert [parse_decision(text) for text in ('{"accepted": true}', '{"accepted": "no"}', "nonsense")] == [True, None, None]
