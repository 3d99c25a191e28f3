from __future__ import annotations

from a_call import CALLER, HUMAN, connected, notices, told

from voiceagent.emulators.acs.effects import HoldCaller
from voiceagent.emulators.acs.requests import InviteRequest, MoveRequest, Operation
from voiceagent.emulators.acs.state import Call

MOVE = MoveRequest((HUMAN,), "from-connection", Operation("move"))


def with_human(**order: object) -> Call:
    call = connected(**order)  # type: ignore[arg-type]
    call.join(HUMAN, 1_500)
    call.drain()
    return call


def test_a_participant_comes_over_and_both_calls_are_told() -> None:
    here, there = connected(), with_human()
    here.members.move_here(MOVE, there, 2_000)
    found = notices(here)
    assert [one.type for one in found] == ["MoveParticipantSucceeded", "ParticipantsUpdated"]
    assert found[0].facts == {"participant": HUMAN, "from_call": "from-connection"}
    assert told(there) == ["ParticipantsUpdated"]
    assert (HUMAN in here.roster, HUMAN in there.roster) == (True, False)


def test_the_last_who_leaves_ends_the_other_leg_and_follows_the_new_call() -> None:
    here, there = connected(), connected()
    here.roster.pop(CALLER)
    here.members.move_here(MoveRequest((CALLER,), "x", Operation()), there, 2_000)
    assert told(there) == ["CallDisconnected"]
    assert not there.over
    here.hang_up(3_000, for_everyone=True)
    there.tick(3_020)
    assert there.over


def test_who_is_not_there_cannot_be_moved() -> None:
    here, there = connected(), connected()
    here.members.move_here(MOVE, there, 2_000)
    assert told(here) == ["MoveParticipantFailed"]


def test_a_named_transferee_leaves_a_group_and_we_stay() -> None:
    call = with_human()
    call.invitations.transfer(InviteRequest("4:+19", Operation(), 30_000, transferee=CALLER), 2_000)
    call.drain()
    call.tick(3_000)
    effects = call.drain()
    assert HoldCaller() in effects
    assert (call.leg_is_up, call.phase, CALLER in call.roster) == (True, "connected", False)


def test_removing_the_human_gives_the_caller_back_to_us() -> None:
    call = with_human()
    call.members.remove(HUMAN, Operation(), 2_000)
    assert (call.human_on_line, told(call)) == (False, ["RemoveParticipantSucceeded", "ParticipantsUpdated"])
