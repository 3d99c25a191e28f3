"""Targets, rules and numbers that cannot work are told with their place and the way out."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.config.people import check_people
from voiceagent.config.schema import Settings
from voiceagent.errors import UserError

ANN = {"acs_user": "8:acs:ann"}


def checked(**sections: Any) -> None:
    check_people(Settings.model_validate(sections), lambda _: "here")


def targets(**given: Any) -> dict[str, Any]:
    return {"transfer": {"targets": given}}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (targets(desk={"queue": ["bob"]}), "`transfer.targets.desk.queue` names `bob`, which is not there (here)"),
        (
            targets(ann=ANN, desk={"queue": ["ann"]}, all={"queue": ["desk"]}),
            "`transfer.targets.all.queue` names `desk`, which is a queue itself (here)",
        ),
        (
            targets(ann={**ANN, "mode": "cold", "agent": "listens"}),
            "`transfer.targets.ann` is cold, and its agent listens (here)",
        ),
        (
            {"transfer": {"when_engine_lost": "bob", "targets": {"ann": ANN}}},
            "`transfer.when_engine_lost` is bob (here), which is no transfer target",
        ),
        ({"transfer": {"hold_audio": "music.wav"}}, "`transfer.hold_audio` is music.wav (here); Azure fetches it over https"),
        ({"agent": {"numbers": ["911"]}}, '`agent.numbers` is "911" (here); expected a number such as +14255550123'),
        ({"answer": {"timezone": "Mars"}}, "`answer.timezone` is Mars (here), which is no time zone here"),
        ({"answer": {"overflow": "desk"}}, "`answer.overflow` is desk, which is no transfer target (here)"),
        ({"answer": {"rules": [{"caller": ["49*"]}]}}, "`answer.rules[1]` has the pattern '49*' (here); expected +4930*"),
        ({"answer": {"rules": [{"during": ["9-5"]}]}}, "`answer.rules[1]` has the time '9-5' (here); expected such as mon-fri"),
        ({"answer": {"rules": [{}, {"do": "redirect"}]}}, "`answer.rules[2].to` is empty (here)"),
        (
            {"answer": {"rules": [{"do": "redirect", "to": "q"}]}, **targets(ann=ANN, q={"queue": ["ann"]})},
            "`answer.rules[1].to` is q, which is a queue (here)",
        ),
        ({"answer": {"rules": [{"to": "ann"}]}, **targets(ann=ANN)}, "`answer.rules[1]` says where `to` (ann) and does accept"),
        ({"outbound": {"allowed": ["0049"]}}, "`outbound.allowed` has '0049' (here); expected how numbers begin"),
        ({"outbound": {"voicemail": "leave_message"}}, "`outbound.message` is empty, and voicemail gets one (here)"),
    ],
)
def test_what_cannot_work_is_told_with_its_place(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        checked(**given)
    assert str(caught.value).startswith(sentence)
    assert caught.value.remedy


def test_what_can_work_is_let_through() -> None:
    rule = {"caller": ["+4930*", "anonymous", "8:acs:x*"], "outside": ["mon-fri 09:00-17:00"], "do": "redirect", "to": "ann"}
    checked(
        **targets(ann={**ANN, "mode": "cold"}, desk={"queue": ["ann"], "order": "round_robin", "mode": "warm"}),
        answer={"timezone": "Europe/Berlin", "rules": [rule], "overflow": "ann"},
        agent={"numbers": ["+14255550123"]},
        outbound={"allowed": ["+1425"], "voicemail": "leave_message", "message": "Call us back."},
    )
