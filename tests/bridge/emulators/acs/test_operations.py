"""The table of operations against the contract that the SDK was generated from."""

from __future__ import annotations

import re
from typing import Any

import pytest
from a_call import CALLEE, CALLER, answer

from voiceagent.emulators.acs import operations
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.exchange import Exchange
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.operations import OPERATIONS, Asked, Operation
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.state import Call, Order

SDK_PATHS = re.compile(r'"(/calling/[^"]+)"')


class Desk:
    """An exchange with one connected call, and a way to ask it."""

    def __init__(self) -> None:
        self.exchange = Exchange(Ids(1), NetworkOptions(), resource_id="resource")
        self.call: Call = self.exchange.place(Order(CALLER, CALLEE), 0)
        self.call.answer(answer(), 0)
        self.call.tick(1_000)
        self.call.drain()

    def ask(self, operation: Operation, body: dict[str, Any] | None = None, **path: str) -> operations.Done:
        asked = Asked(self.exchange, NetworkOptions(), {"connection": self.call.connection_id, **path}, body or {}, 2_000)
        return operation(asked)


def test_every_path_of_the_sdk_is_there() -> None:
    from pathlib import Path

    import azure.communication.callautomation as sdk

    generated = Path(sdk.__file__).parent / "_generated/operations/_operations.py"
    paths = set(SDK_PATHS.findall(generated.read_text()))
    ours = {
        path.replace("{connection}", "{}").replace("{participant}", "{}").replace("{recording}", "{}")
        for _, path, _ in OPERATIONS
    }
    assert len(paths) > 25
    assert {re.sub(r"\{\w+\}", "{}", path) for path in paths} - ours == set()


def test_a_particular_path_comes_before_the_general_one_that_matches_it() -> None:
    order = [(method, path) for method, path, _ in OPERATIONS]
    general = order.index(("GET", "/calling/callConnections/{connection}"))
    assert all(order.index(one) < general for one in order if one[0] == "GET" and "/participants" in one[1])


@pytest.mark.parametrize(
    ("operation", "body", "status"),
    [
        (operations.get_call, {}, 200),
        (operations.list_participants, {}, 200),
        (operations.add_participant, {"participantToAdd": {"rawId": "8:acs:x_y"}}, 202),
        (operations.remove_participant, {"participantToRemove": {"rawId": CALLER}}, 202),
        (operations.transfer, {"targetParticipant": {"rawId": "4:+15"}}, 202),
        (operations.hang_up, {}, 204),
        (operations.terminate, {}, 204),
    ],
)
def test_each_operation_answers_with_the_only_status_the_sdk_takes(
    operation: Operation, body: dict[str, Any], status: int
) -> None:
    desk = Desk()
    done = desk.ask(operation, body)
    assert (done.answer.status, done.call) == (status, desk.call)


def test_a_participant_who_is_not_there_is_not_found() -> None:
    with pytest.raises(Refusal, match="Participant not found"):
        Desk().ask(operations.get_participant, participant="4:+1")


def test_a_reason_that_is_none_is_refused() -> None:
    desk = Desk()
    with pytest.raises(Refusal, match="CallRejectReason"):
        desk.ask(operations.reject, {"incomingCallContext": desk.call.context, "callRejectReason": "bored"})
