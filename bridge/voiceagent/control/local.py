"""Call control for a call without a telephone: hanging up ends it, and a human who is asked for does as was agreed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from voiceagent.call.commands import ControlCommand, HangUp, LeaveCall, StartRecording, TransferCaller
from voiceagent.call.events import (
    CallConnected,
    CallerLeft,
    ControlFailed,
    TransferEnded,
    TransferOutcome,
    TransferRinging,
)
from voiceagent.ports import Deliver

Human = Literal["answer", "busy", "declined", "no_answer"]

_OUTCOMES: dict[Human, TransferOutcome] = {
    "answer": "connected",
    "busy": "busy",
    "declined": "declined",
    "no_answer": "no_answer",
}
_MESSAGES: dict[TransferOutcome, str] = {"connected": "", "busy": "", "declined": "", "no_answer": "nobody answered in time"}

RING_SECONDS = 1.5
"""Long enough to be noticed. A phone that nobody answers rings no longer either: who waits for it is a developer."""


class LocalControl:
    """A `CallControl`. `deliver` is set by whoever runs the call."""

    def __init__(
        self,
        *,
        human: Human = "answer",
        ring_seconds: float = RING_SECONDS,
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.deliver: Deliver = lambda _: None
        self._human: Human = human
        self._ring_seconds = ring_seconds
        self._wait = wait

    async def carry_out(self, command: ControlCommand) -> None:
        match command:
            case TransferCaller():
                await self._transfer(command)
            case HangUp() | LeaveCall():
                self.deliver(CallerLeft("hung up"))
            case StartRecording():
                sentence = "there is no telephone service that could record; `--out FILE` keeps the sound"
                self.deliver(ControlFailed("start_recording", None, "no_telephone", sentence))
            case _:
                raise TypeError(f"no way to carry out {type(command).__name__}")

    def connected(self) -> None:
        """The call is established: nobody has to be asked."""
        self.deliver(CallConnected())

    async def _transfer(self, command: TransferCaller) -> None:
        outcome = _OUTCOMES[self._human]
        if self._human in ("answer", "no_answer"):  # the other two are told before a phone rings
            self.deliver(TransferRinging(command.target))
        await self._wait(min(self._ring_seconds, command.ring_seconds))
        self.deliver(TransferEnded(command.target, outcome, message=_MESSAGES[outcome]))
