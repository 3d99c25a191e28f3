"""Other people's phones: inviting a human, cancelling that, handing the caller over. Pure, like the call itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.effects import HoldCaller, HumanSpeaks, Result, ResumeCaller
from voiceagent.emulators.acs.humans import FAILURES, Ringing, call_human
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.requests import InviteRequest, Operation

if TYPE_CHECKING:
    from voiceagent.emulators.acs.state import Call


@dataclass(frozen=True, slots=True)
class Invitation:
    """A phone that rings. `transfer`: our leg leaves when it is answered."""

    invitation_id: str
    ringing: Ringing
    operation: Operation
    transfer: bool
    transferee: str
    of_many: bool
    """The transferee was named, so that others may stay."""


class Invitations:
    """The phones that ring for one call."""

    def __init__(self, call: Call, ids: Ids) -> None:
        self._call = call
        self._ids = ids
        self._pending: dict[str, Invitation] = {}
        self._settled: set[str] = set()

    def add(self, request: InviteRequest, now: float) -> str:
        """addParticipant: returns the invitation's id; the outcome is told later."""
        self._call.must_be_connected()
        if request.target in self._call.roster:
            raise errors.invalid("ParticipantToAdd")
        return self._ring(request, now, transfer=False)

    def transfer(self, request: InviteRequest, now: float) -> None:
        """transferToParticipant: when the human answers, our leg leaves and the caller stays with the human."""
        call = self._call
        call.must_be_connected()
        if any(invitation.transfer for invitation in self._pending.values()):
            raise errors.Refusal(409, "8607", "Another transfer is in progress.")
        if request.transferee is not None and request.transferee not in call.roster:
            raise errors.not_found("Participant")
        if request.transferee == call.app_id:
            raise errors.invalid("Transferee")
        call.phase = "transferring"
        self._ring(request, now, transfer=True)

    def cancel(self, invitation_id: str, operation: Operation, now: float) -> None:
        """cancelAddParticipant."""
        call = self._call
        call.must_be_connected()
        if invitation_id in self._settled:
            call.tell("CancelAddParticipantFailed", operation, _TOO_LATE, invitation_id=invitation_id)
            return
        invitation = self._pending.get(invitation_id)
        if invitation is None or invitation.transfer:
            raise errors.not_found("Invitation")
        self._settle(invitation)
        call.diary.note("human_fails", now, target=invitation.ringing.target, outcome="cancelled")
        # unverified: cancelled-invitation
        call.tell("CancelAddParticipantSucceeded", operation, Result(), invitation_id=invitation_id)
        call.ask(ResumeCaller())

    def tick(self, now: float) -> None:
        for invitation in [i for i in self._pending.values() if now >= i.ringing.until]:
            self._settle(invitation)
            if self._call.phase == "disconnected":
                continue
            if invitation.ringing.outcome == "answer":
                self._answered(invitation, now)
            else:
                self._failed(invitation, now)

    def _ring(self, request: InviteRequest, now: float, *, transfer: bool) -> str:
        call = self._call
        ringing = call_human(
            request.target,
            call.order.human,
            timeout_ms=request.timeout_ms,
            options=call.options,
            ring_ms=call.order.ring_ms,
            now=now,
        )
        transferee = request.transferee or call.order.caller
        of_many = request.transferee is not None
        invitation = Invitation(self._ids.guid(), ringing, request.operation, transfer, transferee, of_many)
        self._pending[invitation.invitation_id] = invitation
        call.diary.note("human_rings", now, target=request.target)
        call.ask(HoldCaller())
        return invitation.invitation_id

    def _settle(self, invitation: Invitation) -> None:
        del self._pending[invitation.invitation_id]
        self._settled.add(invitation.invitation_id)

    def _answered(self, invitation: Invitation, now: float) -> None:
        call, target = self._call, invitation.ringing.target
        call.diary.note("human_answers", now, target=target)
        others_stay = invitation.of_many and call.members.others_than(invitation.transferee)
        if not others_stay:
            call.ask(HumanSpeaks(target))
        if invitation.transfer:
            call.phase = "connected"
            call.tell(
                "CallTransferAccepted",
                invitation.operation,
                Result(),
                transfer_target=target,
                transferee=invitation.transferee,
            )
            if others_stay:
                call.members.transfer(invitation.transferee)
                return
            call.leave(now, Result(message="The call was transferred."), "agent_left")
            call.hand_over(now)
            return
        call.join(target, now)
        call.tell("AddParticipantSucceeded", invitation.operation, Result(), participant=target)
        call.tell_roster()

    def _failed(self, invitation: Invitation, now: float) -> None:
        call, outcome = self._call, invitation.ringing.outcome
        result = FAILURES[outcome]
        call.diary.note("human_fails", now, target=invitation.ringing.target, outcome=outcome)
        if invitation.transfer:
            call.phase = "connected"
            call.tell("CallTransferFailed", invitation.operation, result)
        else:
            call.tell("AddParticipantFailed", invitation.operation, result, participant=invitation.ringing.target)
        call.ask(ResumeCaller())


_TOO_LATE = Result(400, 8585, "The invitation has already been answered or has ended.")
