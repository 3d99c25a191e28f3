"""Call control without a telephone."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.call import events as e
from voiceagent.call.commands import (
    ControlCommand,
    DismissHuman,
    HangUp,
    HoldCaller,
    LeaveCall,
    RecogniseKeys,
    ResumeCaller,
    SendKeys,
    StartRecording,
    TransferCaller,
)
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
        (
            "answer",
            [e.TransferRinging("support"), e.TransferEnded("support", "connected"), e.ParticipantsChanged(2)],
        ),
        ("unreachable", [e.TransferEnded("support", "failed", message="there is no such number")]),
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


@pytest.mark.parametrize(
    ("human", "mode", "event", "waits"),
    [
        ("answer", "consult", e.KeyPressed("1"), [1.5, 6.0]),
        ("refuses", "consult", e.KeyPressed("2"), [1.5, 6.0]),
        ("leaves", "warm", e.ParticipantsChanged(1), [1.5, 1.5]),
        ("answer", "cold", e.CallerLeft("moved"), [1.5]),
    ],
)
async def test_a_human_who_picked_up_decides_leaves_or_has_the_caller(
    human: Any, mode: Any, event: e.Event, waits: list[float]
) -> None:
    events, waited = await carried_out(TransferCaller("support", Words("please"), 30, mode), human=human)
    assert (events[-1], waited) == (event, waits)


@pytest.mark.parametrize("command", [HoldCaller(), ResumeCaller(), DismissHuman("support")])
async def test_who_tries_an_agent_hears_what_the_human_is_told(command: ControlCommand) -> None:
    assert await carried_out(command) == ([], [])


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


async def test_keys_that_nobody_could_hear_are_not_pressed() -> None:
    assert await carried_out(RecogniseKeys()) == ([], [])
    ([told], _) = await carried_out(SendKeys("t1", Words("12")))
    assert isinstance(told, e.KeysSent)
    assert "no telephone" in told.failure
