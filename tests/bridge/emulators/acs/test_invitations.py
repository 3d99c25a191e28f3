"""Humans who are called: the phone rings, they answer or not, and the app hears which."""

from __future__ import annotations

import pytest
from a_call import CALLER, HUMAN, US, connected, lines, told

from voiceagent.emulators.acs.effects import HoldCaller, HumanSpeaks, Notice, ResumeCaller
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.requests import InviteRequest, Operation

INVITE = InviteRequest(HUMAN, Operation("transfer", "https://app.example/transfer"), 30_000)


def test_a_human_answers_after_a_second_and_joins() -> None:
    call = connected()
    invitation_id = call.invitations.add(INVITE, 2_000)
    assert call.drain() == [HoldCaller()]
    call.tick(2_999)
    assert call.drain() == []
    call.tick(3_000)
    assert told(call) == ["AddParticipantSucceeded", "ParticipantsUpdated"]
    assert HUMAN in call.roster
    assert invitation_id
    assert lines(call)[-2:] == ["human_rings", "human_answers"]


def test_the_outcome_goes_to_the_address_of_the_operation() -> None:
    call = connected()
    call.invitations.add(INVITE, 2_000)
    call.tick(3_000)
    added = next(effect for effect in call.drain() if isinstance(effect, Notice))
    assert (added.uri, added.operation_context) == ("https://app.example/transfer", "transfer")


@pytest.mark.parametrize(("human", "after", "subcode"), [("busy", 400, 8539), ("declined", 1_500, 8538)])
def test_a_human_who_refuses_is_reported_and_the_caller_comes_back(human: str, after: float, subcode: int) -> None:
    call = connected(human=human)
    call.invitations.add(INVITE, 2_000)
    call.drain()
    call.tick(2_000 + after)
    failed, resumed = call.drain()
    assert isinstance(failed, Notice)
    assert failed.result is not None
    assert (failed.type, failed.result.sub_code, resumed) == ("AddParticipantFailed", subcode, ResumeCaller())


def test_nobody_answers_until_the_invitation_times_out() -> None:
    call = connected(human="no_answer")
    call.invitations.add(INVITE, 2_000)
    call.tick(31_999)
    assert told(call) == []
    call.tick(32_000)
    assert told(call) == ["AddParticipantFailed"]


def test_a_cancelled_invitation_rings_no_longer() -> None:
    call = connected()
    invitation_id = call.invitations.add(INVITE, 2_000)
    call.drain()
    call.invitations.cancel(invitation_id, Operation(), 2_500)
    assert told(call) == ["CancelAddParticipantSucceeded"]
    call.tick(10_000)
    assert HUMAN not in call.roster


def test_what_was_answered_cannot_be_cancelled() -> None:
    call = connected()
    invitation_id = call.invitations.add(INVITE, 2_000)
    call.tick(3_000)
    call.drain()
    call.invitations.cancel(invitation_id, Operation(), 3_500)
    assert told(call) == ["CancelAddParticipantFailed"]
    with pytest.raises(Refusal, match="Invitation not found"):
        call.invitations.cancel("another", Operation(), 3_500)


def test_somebody_in_the_call_cannot_be_added_again() -> None:
    call = connected()
    with pytest.raises(Refusal, match="ParticipantToAdd"):
        call.invitations.add(InviteRequest(CALLER, Operation(), 30_000), 2_000)


def test_a_transfer_that_is_answered_takes_us_out_of_the_call() -> None:
    call = connected()
    call.invitations.transfer(INVITE, 2_000)
    assert call.phase == "transferring"
    call.drain()
    call.tick(3_000)
    effects = call.drain()
    assert effects[0] == HumanSpeaks("4:+14255550177")
    assert [effect.type for effect in effects[1:] if isinstance(effect, Notice)] == ["CallTransferAccepted", "CallDisconnected"]
    call.tick(4_000)
    assert call.outcome == "transferred"


def test_a_transfer_that_fails_leaves_the_call_connected() -> None:
    call = connected(human="declined")
    call.invitations.transfer(INVITE, 2_000)
    call.drain()
    call.tick(3_500)
    assert told(call) == ["CallTransferFailed"]
    assert call.phase == "connected"


def test_transfers_of_the_wrong_people_or_at_the_wrong_time_are_refused() -> None:
    call = connected()
    with pytest.raises(Refusal, match="Transferee"):
        call.invitations.transfer(InviteRequest(HUMAN, Operation(), 30_000, US), 2_000)
    with pytest.raises(Refusal, match="Participant not found"):
        call.invitations.transfer(InviteRequest(HUMAN, Operation(), 30_000, "4:+19"), 2_000)
    call.invitations.transfer(INVITE, 2_000)
    with pytest.raises(Refusal) as conflict:
        call.invitations.transfer(INVITE, 2_100)
    assert (conflict.value.status, conflict.value.code) == (409, "8607")


def test_a_phone_that_still_rings_when_the_call_ends_tells_nobody() -> None:
    call = connected()
    call.invitations.add(INVITE, 2_000)
    call.caller_hangs_up(2_500)
    call.drain()
    call.tick(10_000)
    assert call.drain() == []
