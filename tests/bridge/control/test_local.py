"""Call control without a telephone."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.call import events as e
from voiceagent.call.commands import ControlCommand, HangUp, LeaveCall, StartRecording, TransferCaller
from voiceagent.control.local import LocalControl
from voiceagent.discreet import Words

TRANSFER = TransferCaller("support", Words("please"), 30)


async def carried_out(command: ControlCommand, **options: Any) -> tuple[list[e.Event], list[float]]:
    waited: list[float] = []
    events: list[e.Event] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    control = LocalControl(wait=wait, **options)
    control.deliver = events.append
    await control.carry_out(command)
    return events, waited


@pytest.mark.parametrize("command", [HangUp("agent_ended"), LeaveCall()])
async def test_hanging_up_ends_the_call(command: ControlCommand) -> None:
    assert await carried_out(command) == ([e.CallerLeft("hung up")], [])


@pytest.mark.parametrize(
    ("human", "events"),
    [
        ("answer", [e.TransferRinging("support"), e.TransferEnded("support", "connected")]),
        (
            "no_answer",
            [e.TransferRinging("support"), e.TransferEnded("support", "no_answer", message="nobody answered in time")],
        ),
        ("busy", [e.TransferEnded("support", "busy")]),
        ("declined", [e.TransferEnded("support", "declined")]),
    ],
)
async def test_a_human_does_as_agreed(human: Any, events: list[e.Event]) -> None:
    assert await carried_out(TRANSFER, human=human) == (events, [1.5])


async def test_no_phone_rings_longer_than_it_should() -> None:
    _, waited = await carried_out(TransferCaller("support", Words("please"), 1))
    assert waited == [1]


async def test_recording_is_refused_with_what_to_do_instead() -> None:
    (refused,), _ = await carried_out(StartRecording())
    assert isinstance(refused, e.ControlFailed)
    assert (refused.operation, refused.code) == ("start_recording", "no_telephone")
    assert "--out" in refused.message


async def test_nobody_has_to_be_asked_for_a_connection() -> None:
    control, events = LocalControl(), []
    control.deliver = events.append
    control.connected()
    assert events == [e.CallConnected()]
