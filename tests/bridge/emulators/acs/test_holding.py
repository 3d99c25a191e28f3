from __future__ import annotations

import pytest
from a_call import CALLER, HUMAN, US, connected, told

from voiceagent.emulators.acs.effects import HoldCaller, HushPrompt, PreparePrompt, Result, ResumeCaller, SoundPrompt
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.media_requests import HoldRequest
from voiceagent.emulators.acs.prompts import Source

MUSIC = Source("words", "La la")


def test_a_held_caller_waits_and_is_seen_to_wait() -> None:
    call = connected()
    call.holding.hold(HoldRequest(CALLER), 2_000)
    assert call.roster[CALLER].on_hold
    effects = call.drain()
    assert effects[0] == HoldCaller()
    call.holding.unhold(CALLER, 3_000)
    assert not call.roster[CALLER].on_hold
    assert call.drain()[0] == ResumeCaller()


def test_music_sounds_over_and_over_until_the_hold_ends() -> None:
    call = connected()
    call.holding.hold(HoldRequest(CALLER, MUSIC), 2_000)
    assert PreparePrompt(1, (MUSIC,)) in call.drain()
    call.prompt_prepared(1, 1_000, 2_100)
    assert call.drain() == [SoundPrompt(1, audible=True)]
    call.tick(3_100)
    assert call.drain() == [SoundPrompt(1, audible=True)]
    call.holding.unhold(CALLER, 3_500)
    assert HushPrompt() in call.drain()
    call.tick(9_000)
    assert call.drain() == []


def test_music_that_cannot_be_had_ends_the_hold() -> None:
    call = connected()
    call.holding.hold(HoldRequest(CALLER, MUSIC), 2_000)
    call.drain()
    call.prompt_not_prepared(1, 0, Result(400, 8536, "no"), 2_100)
    assert told(call) == ["HoldFailed", "ParticipantsUpdated"]
    assert not call.roster[CALLER].on_hold


def test_holding_twice_unholding_nobody_and_holding_ourselves_are_refused() -> None:
    call = connected()
    with pytest.raises(Refusal):
        call.holding.unhold(CALLER, 2_000)
    with pytest.raises(Refusal):
        call.holding.hold(HoldRequest(US), 2_000)
    call.holding.hold(HoldRequest(CALLER), 2_000)
    with pytest.raises(Refusal):
        call.holding.hold(HoldRequest(CALLER), 2_000)


def test_a_caller_on_hold_does_not_hang_up_while_a_human_is_told_and_talks_to_them_afterwards() -> None:
    call = connected()
    call.join(HUMAN, 2_000)
    call.holding.hold(HoldRequest(CALLER), 2_100)
    call.tick(60_000)
    assert not call.over
    call.drain()
    call.holding.unhold(CALLER, 60_000)
    assert ResumeCaller() not in call.drain()  # it is the human's turn now, not the script's
    call.tick(60_000 + call.options.listening_ms)
    assert (call.over, call.outcome) == (True, "transferred")


def test_a_human_who_hangs_up_gives_the_caller_back() -> None:
    call = connected()
    call.join(HUMAN, 2_000)
    call.drain()
    call.members.hangs_up(HUMAN, 3_000)
    assert told(call) == ["ParticipantsUpdated"]
    call.tick(60_000)
    assert not call.over
