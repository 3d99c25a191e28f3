"""Who is in one call: mute, remove, and the moves from one call to another. Pure; what changed is told to the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.effects import HoldCaller, Result, ResumeCaller
from voiceagent.emulators.acs.requests import MoveRequest, Operation

if TYPE_CHECKING:
    from voiceagent.emulators.acs.state import Call

_NOT_THERE = Result(404, 8522, "Action failed, the participant is not in the call to move from.")


@dataclass(slots=True)
class Participant:
    raw_id: str
    muted: bool = False
    on_hold: bool = False


class Members:
    """`roster` is in the order of their coming."""

    def __init__(self, call: Call) -> None:
        self.roster: dict[str, Participant] = {}
        self._call = call
        self._sequence = 0

    def find(self, raw_id: str) -> Participant:
        if raw_id not in self.roster:
            raise errors.not_found("Participant")
        return self.roster[raw_id]

    def begin(self, raw_ids: tuple[str, ...]) -> None:
        """The call is connected with these."""
        self.roster = {raw_id: Participant(raw_id) for raw_id in raw_ids}

    def add(self, raw_id: str) -> None:
        self.roster[raw_id] = Participant(raw_id)

    def mute(self, raw_id: str) -> None:
        self._call.must_be_connected()
        participant = self.find(raw_id)
        if not raw_id.startswith("8:"):
            raise errors.invalid("TargetParticipants")  # the service mutes its own users only, not telephones
        participant.muted = True
        self.tell()

    def remove(self, raw_id: str, operation: Operation, now: float) -> None:
        call = self._call
        call.must_be_connected()
        self.find(raw_id)
        self._drop(raw_id)
        call.diary.note("participant_removed", now, participant=raw_id)
        call.tell("RemoveParticipantSucceeded", operation, Result(), participant=raw_id)
        if raw_id == call.order.caller or set(self.roster) <= {call.app_id}:
            call.leave(now, Result(), "participant_removed")
            call.close_line("completed", "the agent removed the caller", now)
        else:
            self.tell()
            self._alone_with_caller()

    def hangs_up(self, raw_id: str, now: float) -> None:
        """A human leaves whom the app had called."""
        self._drop(raw_id)
        self._call.diary.note("human_leaves", now, target=raw_id)
        self.tell()
        self._alone_with_caller()

    def others_than(self, raw_id: str) -> bool:
        """Somebody would stay with us if this participant left."""
        return bool(set(self.roster) - {self._call.app_id, raw_id})

    # unverified: group-transfer
    def transfer(self, raw_id: str) -> None:
        """A participant leaves to a transfer's target, others stay."""
        self._drop(raw_id)
        self.tell()
        if raw_id == self._call.order.caller:
            self._call.ask(HoldCaller())
        else:
            self._alone_with_caller()

    def move_here(self, request: MoveRequest, source: Call, now: float) -> None:
        """Participants come over from another call."""
        call, came = self._call, False
        call.must_be_connected()
        for target in request.targets:
            if target not in source.roster or target == source.app_id or source is call:
                type_, result = "MoveParticipantFailed", _NOT_THERE
            else:
                type_, result, came = "MoveParticipantSucceeded", Result(), True
                source.members.give_away(target, call, now)
                self.add(target)
                call.human_on_line = True
            call.tell(type_, request.operation, result, participant=target, from_call=request.from_connection)
        if came:
            self.tell()

    # unverified: moved-voice
    def give_away(self, raw_id: str, to: Call, now: float) -> None:
        """A participant goes to another call; with the last one our leg ends."""
        call = self._call
        self._drop(raw_id)
        call.diary.note("participant_moved", now, participant=raw_id)
        if raw_id == call.order.caller:
            call.host = to
        if set(self.roster) <= {call.app_id}:
            call.leave(now, Result(message="The participants were moved to another call."), "agent_left")
            if raw_id != call.order.caller:
                call.close_line("completed", "everybody was moved to another call", now)
        else:
            self.tell()
            self._alone_with_caller()

    # unverified: roster-order
    def tell(self) -> None:
        self._sequence += 1
        members: list[Mapping[str, Any]] = [
            {"raw_id": p.raw_id, "muted": p.muted, "on_hold": p.on_hold} for p in self.roster.values()
        ]
        self._call.tell("ParticipantsUpdated", Operation(), None, participants=members, sequence_number=self._sequence)

    def _drop(self, raw_id: str) -> None:
        del self.roster[raw_id]
        self._call.keypad.forget(raw_id)

    def _alone_with_caller(self) -> None:
        if self._call.human_on_line and len(self.roster) <= 2:
            self._call.caller_is_ours_again()
            self._call.ask(ResumeCaller())
