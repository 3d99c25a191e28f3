from __future__ import annotations

import pytest
from a_call import CALLER, connected, notices, told

from voiceagent.emulators.acs.effects import SoundKeys
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.keypad import TONE_MS
from voiceagent.emulators.acs.requests import Operation


def test_each_key_of_a_watched_caller_is_told_with_its_number() -> None:
    call = connected()
    call.keypad.pressed("0", 1_900)
    call.keypad.watch(CALLER, Operation("keys", "http://app/keys"))
    call.keypad.pressed("4", 2_000)
    call.keypad.pressed("#", 2_100)
    found = notices(call)
    assert [(one.facts["key"], one.facts["sequence_id"]) for one in found] == [("4", 1), ("#", 2)]
    assert {(one.uri, one.operation_context) for one in found} == {("http://app/keys", "keys")}


def test_watching_ends_on_request_once() -> None:
    call = connected()
    call.keypad.watch(CALLER, Operation())
    call.keypad.unwatch(CALLER, Operation())
    call.keypad.pressed("4", 2_000)
    assert told(call) == ["ContinuousDtmfRecognitionStopped"]
    with pytest.raises(Refusal):
        call.keypad.unwatch(CALLER, Operation())


def test_sent_tones_sound_and_are_done_when_the_last_one_is() -> None:
    call = connected()
    call.keypad.send("12", CALLER, Operation(), 2_000)
    assert call.drain() == [SoundKeys("12")]
    call.tick(2_000 + 2 * TONE_MS - 1)
    assert told(call) == []
    call.tick(2_000 + 2 * TONE_MS)
    assert told(call) == ["SendDtmfTonesCompleted"]


def test_tones_do_not_begin_beside_tones() -> None:
    call = connected()
    call.keypad.send("12", CALLER, Operation(), 2_000)
    with pytest.raises(Refusal) as refused:
        call.keypad.send("3", CALLER, Operation(), 2_000)
    assert refused.value.code == "8583"
    with pytest.raises(Refusal):
        call.keypad.watch(CALLER, Operation())


def test_nobody_is_watched_who_has_left() -> None:
    call = connected()
    call.keypad.watch(CALLER, Operation())
    call.keypad.forget(CALLER)
    assert call.keypad.running() == []
    with pytest.raises(Refusal):
        call.keypad.watch("4:+1", Operation())
