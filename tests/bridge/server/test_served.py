"""Several agents in one bridge: whose call it is, and what each call of an agent is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from voiceagent.agent.project import load_project
from voiceagent.call.settings import OutboundPolicy
from voiceagent.config.schema import Settings
from voiceagent.discreet import PhoneNumber
from voiceagent.errors import UserError
from voiceagent.server.served import Served, agent_for, check_apart


def served(folder: Path, name: str = "agent", **sections: Any) -> Served:
    (folder / "prompt.md").write_text("A test.")
    given = {"agent": {"name": name, **sections.pop("agent", {})}, **sections}
    return Served(load_project(folder, Settings.model_validate(given)), "scripted", cast(Any, None))


def test_a_number_finds_its_agent_and_the_rest_goes_to_the_one_without(tmp_path: Path) -> None:
    orders = served(tmp_path, "orders", agent={"numbers": ["+14255550101"]})
    rest = served(tmp_path, "rest")
    for called, name in (("+14255550101", "orders"), ("+14255550199", "rest")):
        found = agent_for([orders, rest], PhoneNumber(called))
        assert found is not None
        assert found.name == name
    assert agent_for([orders], PhoneNumber("+14255550199")) is None
    assert agent_for([rest], None) is rest


@pytest.mark.parametrize(
    ("first", "second", "sentence", "remedy"),
    [
        ({}, {"numbers": ["+14255550101"]}, "are both named agent", "agent.name"),
        ({"name": "orders"}, {"name": "desk"}, "both have no numbers", "agent.numbers"),
        (
            {"name": "orders", "numbers": ["+14255550101", "+14255550102"]},
            {"name": "desk", "numbers": ["+14255550102"]},
            r"both answer .*02$",
            "agent.numbers",
        ),
    ],
)
def test_two_agents_of_which_one_could_never_be_reached_are_told(
    tmp_path: Path, first: Any, second: Any, sentence: str, remedy: str
) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        folder.mkdir()
    projects = [served(folder, agent=agent).project for folder, agent in zip(folders, (first, second), strict=True)]
    with pytest.raises(UserError, match=sentence) as error:
        check_apart(projects)
    assert all(str(folder.resolve()) in str(error.value) for folder in folders)
    assert remedy in error.value.remedy


def test_agents_with_names_and_numbers_of_their_own_may_be_served_together(tmp_path: Path) -> None:
    agents = [served(tmp_path, "orders", agent={"numbers": ["+14255550101"]}), served(tmp_path, "rest")]
    check_apart([agent.project for agent in agents])


def test_a_queue_that_goes_round_begins_one_further_with_each_call(tmp_path: Path) -> None:
    people = {"ann": {"acs_user": "8:acs:a"}, "bob": {"acs_user": "8:acs:b"}}
    queues = {"round": {"queue": ["ann", "bob"], "order": "round_robin"}, "turn": {"queue": ["ann", "bob"]}}
    agent = served(tmp_path, transfer={"targets": {**people, **queues}})
    calls = [agent.settings_of_a_call().targets for _ in range(3)]
    assert [targets["round"].members for targets in calls] == [("ann", "bob"), ("bob", "ann"), ("ann", "bob")]
    assert {targets["turn"].members for targets in calls} == {("ann", "bob")}


def test_a_call_of_ours_has_its_own_greeting_and_knows_what_a_machine_is_told(tmp_path: Path) -> None:
    message = {"voicemail": "leave_message", "message": "Please call back."}
    agent = served(tmp_path, agent={"greeting": "Hello."}, outbound={"greeting": "It is us.", **message})
    coming, going = agent.settings_of_a_call(), agent.settings_of_a_call(outbound=True)
    assert (coming.greeting, coming.outbound) == ("Hello.", None)
    assert (going.greeting, going.outbound) == ("It is us.", OutboundPolicy(message="Please call back."))
