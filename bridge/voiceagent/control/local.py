"""Call control for a call without a telephone: hanging up ends it, and a human who is asked for does as was agreed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from voiceagent.call.commands import (
    ControlCommand,
    DismissHuman,
    HangUp,
    HoldCaller,
    LeaveCall,
    MuteOurselves,
    RecogniseKeys,
    ResumeCaller,
    SendKeys,
    StartRecording,
    TransferCaller,
)
from voiceagent.call.events import (
    CallConnected,
    CallerLeft,
    ControlFailed,
    KeyPressed,
    KeysSent,
    ParticipantsChanged,
    TransferEnded,
    TransferOutcome,
    TransferRinging,
)
from voiceagent.ports import Deliver

Human = Literal["answer", "busy", "declined", "no_answer", "unreachable", "refuses", "leaves"]

_OUTCOMES: dict[Human, TransferOutcome] = {
    "answer": "connected",
    "refuses": "connected",
    "leaves": "connected",
    "unreachable": "failed",
    "busy": "busy",
    "declined": "declined",
    "no_answer": "no_answer",
}
_MESSAGES: dict[Human, str] = {"no_answer": "nobody answered in time", "unreachable": "there is no such number"}

DECIDES_SECONDS = 6.0
"""When a human has heard what it is about, and says whether they take the call."""

LEAVES_SECONDS = 1.5

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
            case HoldCaller() | ResumeCaller() | DismissHuman():
                pass  # whoever tries an agent here wants to hear what the human is told
            case HangUp() | LeaveCall():
                self.deliver(CallerLeft("hung up"))
            case StartRecording():
                sentence = "there is no telephone service that could record; `--out FILE` keeps the sound"
                self.deliver(ControlFailed("start_recording", None, "no_telephone", sentence))
            case RecogniseKeys():
                pass  # every key is told already
            case MuteOurselves():
                pass  # silent here already
            case SendKeys(tool_call_id=tool_call_id):
                self.deliver(KeysSent(tool_call_id, "there is no telephone at the other end that could hear keys"))
            case _:
                raise TypeError(f"no way to carry out {type(command).__name__}")

    def connected(self) -> None:
        """The call is established: nobody has to be asked."""
        self.deliver(CallConnected())

    async def _transfer(self, command: TransferCaller) -> None:
        outcome = _OUTCOMES[self._human]
        if outcome in ("connected", "no_answer"):  # the others are told before a phone rings
            self.deliver(TransferRinging(command.target))
        await self._wait(min(self._ring_seconds, command.ring_seconds))
        self.deliver(TransferEnded(command.target, outcome, message=_MESSAGES.get(self._human, "")))
        if outcome == "connected":
            await self._meet(command)

    async def _meet(self, command: TransferCaller) -> None:
        """What a human does who picked up."""
        self.deliver(ParticipantsChanged(2))
        if command.mode == "cold":
            self.deliver(CallerLeft("moved"))
        elif self._human == "leaves":
            await self._wait(LEAVES_SECONDS)
            self.deliver(ParticipantsChanged(1))
        elif command.mode == "consult":
            await self._wait(DECIDES_SECONDS)
            self.deliver(KeyPressed("2" if self._human == "refuses" else "1"))
