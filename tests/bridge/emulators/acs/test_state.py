"""The states of a call: what is allowed when, and what the app is told."""

from __future__ import annotations

import pytest
from a_call import CALLER, HUMAN, MEDIA, US, answer, connected, lines, ringing, told

from voiceagent.emulators.acs.effects import CloseMedia, KeepRecording, LineClosed, OpenMedia, ResumeCaller
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.media import BROKEN, NOT_REACHED
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.requests import MediaRequest, Operation, RecordingRequest

RECORDING = RecordingRequest(None, "connection", None, "audio", "mixed", "wav", False)


def test_a_phone_rings_thirty_seconds() -> None:
    call = ringing()
    call.tick(29_999)
    assert call.phase == "ringing"
    call.tick(30_000)
    assert (call.phase, call.outcome, call.drain()) == ("disconnected", "not_answered", [LineClosed()])


def test_an_answered_call_without_media_is_connected_after_the_delay() -> None:
    call = ringing()
    call.answer(answer(operation_context="hi"), 1_000)
    call.tick(1_149)
    assert (call.phase, call.drain()) == ("connecting", [])
    call.tick(1_150)
    assert call.phase == "connected"
    assert told(call) == ["CallConnected", "ParticipantsUpdated"]
    assert list(call.roster) == [CALLER, US]


def test_the_media_socket_is_dialled_before_the_call_is_connected() -> None:
    call = ringing()
    call.answer(answer(MEDIA), 1_000)
    call.tick(1_150)
    assert call.phase == "connecting"
    assert call.drain() == [OpenMedia(MEDIA.url, 24_000, call.streaming.subscription_id)]
    call.streaming.opened(1_200)
    assert told(call) == ["CallConnected", "ParticipantsUpdated", "MediaStreamingStarted"]
    assert call.streaming.state == "active"


def test_a_media_socket_that_cannot_be_opened_leaves_the_call_up() -> None:
    call = ringing()
    call.answer(answer(MEDIA), 1_000)
    call.tick(1_150)
    call.drain()
    call.streaming.failed(1_200, "streamConnectionUnsuccessful", NOT_REACHED)
    assert told(call) == ["CallConnected", "ParticipantsUpdated", "MediaStreamingFailed"]
    assert (call.phase, call.streaming.state) == ("connected", "inactive")


def test_media_that_breaks_can_be_started_again() -> None:
    call = connected(media=MEDIA)
    call.streaming.failed(5_000, "streamConnectionInterrupted", BROKEN)
    assert told(call) == ["MediaStreamingFailed"]
    call.streaming.start(Operation("again"))
    assert call.drain() == [OpenMedia(MEDIA.url, 24_000, call.streaming.subscription_id)]
    call.streaming.opened(6_000)
    (started,) = call.drain()
    assert (started.type, started.operation_context) == ("MediaStreamingStarted", "again")


def test_media_is_stopped_on_request_and_only_when_it_runs() -> None:
    call = connected(media=MEDIA)
    call.streaming.stop(Operation())
    assert call.drain()[0] == CloseMedia()
    with pytest.raises(Refusal, match="not active") as refused:
        call.streaming.stop(Operation())
    assert (refused.value.status, refused.value.code) == (400, "8585")


def test_media_that_was_not_wanted_at_once_waits() -> None:
    call = connected(media=MediaRequest(MEDIA.url, 16_000, False, True, False, False))
    assert (call.phase, call.streaming.state) == ("connected", "inactive")


def test_the_caller_hanging_up_ends_everything_in_order() -> None:
    call = connected(media=MEDIA)
    call.caller_hangs_up(9_000)
    effects = call.drain()
    assert [type(effect).__name__ for effect in effects] == ["CloseMedia", "Notice", "LineClosed"]
    assert (effects[1].type, effects[1].result.q850) == ("CallDisconnected", (16, "Normal call clearing"))
    assert (call.outcome, call.phase, call.over) == ("completed", "disconnected", True)
    call.caller_hangs_up(9_100)
    assert call.drain() == []


def test_a_caller_who_gives_up_while_it_rings_abandons_the_call() -> None:
    call = ringing()
    call.caller_hangs_up(2_000)
    assert (call.outcome, call.drain()) == ("abandoned", [LineClosed()])
    with pytest.raises(Refusal, match="Lifetime validation"):
        call.answer(answer(), 2_100)


def test_hanging_up_alone_ends_the_call_of_two() -> None:
    call = connected()
    call.hang_up(5_000, for_everyone=False)
    assert told(call) == ["CallDisconnected"]
    assert (call.outcome, call.end_reason) == ("completed", "the agent hung up")


def test_hanging_up_with_a_human_on_the_line_leaves_the_other_two_talking() -> None:
    call = connected()
    call.join(HUMAN, 4_000)
    call.hang_up(5_000, for_everyone=False)
    assert told(call) == ["CallDisconnected"]
    assert not call.over
    call.tick(5_999)
    assert not call.over
    call.tick(6_000)
    assert (call.over, call.outcome, call.drain()) == (True, "transferred", [LineClosed()])


def test_when_the_agent_listens_caller_and_human_end_the_call_in_the_end() -> None:
    call = connected()
    call.join(HUMAN, 4_000)
    call.tick(8_999)
    assert not call.over
    call.tick(9_000)
    assert told(call) == ["CallDisconnected"]
    assert call.outcome == "transferred"


def test_a_caller_who_does_not_hang_up_stays_with_the_human() -> None:
    call = connected(hangs_up=False)
    call.join(HUMAN, 4_000)
    call.hang_up(5_000, for_everyone=False)
    call.tick(100_000)
    assert not call.over


def test_hanging_up_for_everyone_ends_it_for_the_human_too() -> None:
    call = connected()
    call.join(HUMAN, 4_000)
    call.hang_up(5_000, for_everyone=True)
    assert call.over


def test_removing_the_caller_ends_the_call() -> None:
    call = connected()
    call.members.remove(CALLER, Operation("bye"), 5_000)
    assert told(call) == ["RemoveParticipantSucceeded", "CallDisconnected"]
    assert call.over


def test_removing_the_human_gives_the_caller_back_to_the_agent() -> None:
    call = connected()
    call.join(HUMAN, 4_000)
    call.members.remove(HUMAN, Operation(), 5_000)
    assert ResumeCaller() in call.drain()
    call.tick(20_000)
    assert not call.over


def test_only_users_of_the_service_can_be_muted() -> None:
    call = connected()
    call.members.mute(US)
    assert told(call) == ["ParticipantsUpdated"]
    assert call.roster[US].muted
    with pytest.raises(Refusal, match="TargetParticipants"):
        call.members.mute(CALLER)
    with pytest.raises(Refusal, match="Participant not found"):
        call.members.mute(HUMAN)


def test_a_recording_ends_with_our_leg_and_before_the_last_callback() -> None:
    call = connected()
    recording = call.record(RECORDING, 2_000)
    assert told(call) == ["RecordingStateChanged"]
    call.hang_up(5_000, for_everyone=True)
    effects = call.drain()
    assert [getattr(effect, "type", type(effect).__name__) for effect in effects] == [
        *("RecordingStateChanged", "KeepRecording", "CallDisconnected", "LineClosed")
    ]
    assert KeepRecording(recording.recording_id) in effects
    assert (recording.spans, recording.end_reason) == ([(2_000, 5_000)], "CallEnded")


def test_a_call_is_recorded_once_at_a_time() -> None:
    call = connected()
    first = call.record(RECORDING, 2_000)
    with pytest.raises(Refusal, match="already running"):
        call.record(RECORDING, 2_500)
    call.stop_recording(first, 3_000)
    assert call.record(RECORDING, 4_000).recording_id != first.recording_id


def test_the_roster_is_numbered() -> None:
    call = connected()
    call.members.mute(US)
    call.members.mute(US)
    assert [effect.facts["sequence_number"] for effect in call.drain()] == [2, 3]


@pytest.mark.parametrize(
    "action",
    [
        lambda call: call.hang_up(0, for_everyone=True),
        lambda call: call.streaming.start(Operation()),
        lambda call: call.streaming.stop(Operation()),
        lambda call: call.members.mute(US),
        lambda call: call.members.remove(CALLER, Operation(), 0),
        lambda call: call.record(RECORDING, 0),
    ],
)
def test_before_the_answer_it_is_too_early_and_after_the_end_there_is_no_call(action: object) -> None:
    early, late = ringing(), connected()
    late.hang_up(5_000, for_everyone=True)
    with pytest.raises(Refusal) as too_early:
        action(early)  # type: ignore[operator]  # a lambda of the table above
    assert (too_early.value.status, too_early.value.code) == (400, "8501")
    with pytest.raises(Refusal) as gone:
        action(late)  # type: ignore[operator]  # a lambda of the table above
    assert (gone.value.status, gone.value.code) == (404, "8522")


def test_a_call_can_be_hung_up_while_it_connects() -> None:
    call = ringing()
    call.answer(answer(MEDIA), 1_000)
    call.hang_up(1_050, for_everyone=True)
    call.tick(2_000)
    assert told(call) == ["CallDisconnected"]
    call.streaming.opened(2_100)
    assert call.drain() == []


def test_the_diary_tells_the_call_from_the_first_ring() -> None:
    call = connected(NetworkOptions(), MEDIA)
    call.caller_hangs_up(3_000)
    assert lines(call) == ["ringing", "answered", "media_open"]
    assert [line.at_ms for line in call.diary.lines] == [0, 1_000, 1_150]
