from __future__ import annotations

from dataclasses import replace

import pytest
from a_call import CALLER, HUMAN, answer, connected, notices, ringing, told

from voiceagent.emulators.acs.effects import HushPrompt, PreparePrompt, Result, SoundPrompt
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.media_requests import PlayRequest, RecognizeRequest
from voiceagent.emulators.acs.prompting import LONGEST_QUEUE
from voiceagent.emulators.acs.prompts import Source
from voiceagent.emulators.acs.requests import Operation
from voiceagent.emulators.acs.state import Call

HELLO = (Source("words", "Hello"),)
PLAY = PlayRequest(HELLO, operation=Operation("hello", "http://app/play"))
KEYS = RecognizeRequest(("dtmf",), CALLER, most_keys=1)


def test_a_prompt_is_prepared_sounds_and_ends() -> None:
    call = connected()
    call.prompting.play(PLAY, 2_000)
    assert call.drain() == [PreparePrompt(1, HELLO)]
    call.prompt_prepared(1, 500, 2_100)
    started, sound = call.drain()
    assert sound == SoundPrompt(1, audible=True)
    assert (started.type, started.uri, started.operation_context) == ("PlayStarted", "http://app/play", "hello")  # type: ignore[union-attr]
    call.tick(2_599)
    assert call.drain() == []
    call.tick(2_600)
    assert told(call) == ["PlayCompleted"]


def test_a_loop_sounds_again_until_it_is_cancelled() -> None:
    call = connected()
    call.prompting.play(replace(PLAY, loop=True), 2_000)
    call.prompt_prepared(1, 500, 2_000)
    call.drain()
    call.tick(2_500)
    assert call.drain() == [SoundPrompt(1, audible=True)]
    call.prompting.cancel_all(2_600)
    assert call.drain()[0] == HushPrompt()
    call.tick(9_000)
    assert told(call) == []


def test_operations_wait_for_each_other_and_all_are_cancelled() -> None:
    call = connected()
    call.prompting.play(PLAY, 2_000)
    call.prompting.recognize(KEYS, 2_000)
    call.drain()
    call.prompting.cancel_all(2_100)
    found = notices(call)
    assert [one.type for one in found] == ["PlayCanceled", "RecognizeCanceled"]
    assert found[0].result == Result(400, 8508, "Action failed, the operation was cancelled.")


def test_an_interrupting_play_ends_what_runs() -> None:
    call = connected()
    call.prompting.play(PLAY, 2_000)
    call.prompt_prepared(1, 500, 2_000)
    call.drain()
    call.prompting.play(replace(PLAY, interrupts=True), 2_100)
    effects = call.drain()
    assert effects[0] == HushPrompt()
    assert effects[-1] == PreparePrompt(2, HELLO)


def test_a_source_that_cannot_be_had_fails_with_its_index() -> None:
    call = connected()
    call.prompting.play(PLAY, 2_000)
    call.prompt_not_prepared(1, 0, Result(400, 8536, "no"), 2_100)
    (failed,) = notices(call)
    assert (failed.type, failed.facts) == ("PlayFailed", {"failed_play_source_index": 0})


def test_a_prompt_for_somebody_else_is_not_heard_by_the_caller() -> None:
    call = connected()
    call.join(HUMAN, 1_500)
    call.prompting.play(replace(PLAY, to=(HUMAN,)), 2_000)
    call.drain()
    call.prompt_prepared(1, 500, 2_000)
    assert SoundPrompt(1, audible=False) in call.drain()
    with pytest.raises(Refusal) as refused:
        call.prompting.play(replace(PLAY, to=(HUMAN,)), 2_100)
    assert refused.value.code == "8583"


def test_a_key_interrupts_a_prompt_that_allows_it_and_counts() -> None:
    call = connected()
    call.prompting.recognize(replace(KEYS, prompts=HELLO, prompt_may_be_interrupted=True), 2_000)
    call.prompt_prepared(1, 5_000, 2_000)
    call.drain()
    call.prompting.key("5", 2_500)
    effects = call.drain()
    assert effects[0] == HushPrompt()
    assert [getattr(one, "type", "") for one in effects[1:]] == ["RecognizeCompleted"]


def test_a_key_during_another_prompt_is_lost() -> None:
    call = connected()
    call.prompting.recognize(replace(KEYS, prompts=HELLO), 2_000)
    call.prompt_prepared(1, 5_000, 2_000)
    call.prompting.key("5", 2_500)
    assert told(call) == []


def test_silence_counts_from_the_end_of_the_prompt() -> None:
    call = connected()
    call.prompting.recognize(replace(KEYS, prompts=HELLO, initial_silence_ms=1_000), 2_000)
    call.prompt_prepared(1, 500, 2_000)
    call.tick(2_500)
    call.tick(3_499)
    assert told(call) == []
    call.tick(3_500)
    assert told(call) == ["RecognizeFailed"]


def test_what_the_caller_says_is_recognised() -> None:
    call = connected()
    call.prompting.recognize(RecognizeRequest(("speech",), CALLER, end_silence_ms=100), 2_000)
    assert call.prompting.wants_speech
    call.prompting.speech_began(2_100)
    call.prompting.heard("Hello", 1.0, 2_500)
    call.tick(2_600)
    assert told(call) == ["RecognizeCompleted"]
    assert not call.prompting.wants_speech


def test_words_need_a_cognitive_service() -> None:
    call: Call = ringing()
    call.answer(replace(answer(), has_speech=False), 0)
    call.tick(1_000)
    for ask in (
        lambda: call.prompting.play(PLAY, 2_000),
        lambda: call.prompting.recognize(RecognizeRequest(("speech",), CALLER), 2_000),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == "8567"
    call.prompting.play(PlayRequest((Source("file", "file:///a.wav"),)), 2_000)


def test_more_operations_than_may_wait_are_refused() -> None:
    call = connected()
    for _ in range(LONGEST_QUEUE):
        call.prompting.play(PLAY, 2_000)
    with pytest.raises(Refusal) as refused:
        call.prompting.play(PLAY, 2_000)
    assert refused.value.code == "8500"


def test_nothing_is_told_after_the_call() -> None:
    call = connected()
    call.prompting.play(PLAY, 2_000)
    call.prompt_prepared(1, 500, 2_000)
    call.drain()
    call.hang_up(2_100, for_everyone=True)
    assert told(call) == ["CallDisconnected"]
    call.prompt_prepared(1, 500, 2_200)
    assert told(call) == []
