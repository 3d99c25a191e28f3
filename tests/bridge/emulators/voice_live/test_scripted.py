from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from voiceagent.emulators.voice_live.scripted import Scripted, ScriptedSource, ScriptMismatchError, Turn, loudness, tone
from voiceagent.emulators.voice_live.source import (
    AnswerRequest,
    Call,
    Entry,
    Listening,
    Piece,
    Scene,
    Sound,
    SpeechStarted,
    SpeechStopped,
    Transcript,
    TurnRules,
    Words,
)

RULES = TurnRules(0.5, 400, 500)


def begin(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    raise AssertionError("a script has no work of its own")


def opened(scripted: Scripted, *, rate: int = 24_000, rules: TurnRules | None = RULES) -> ScriptedSource:
    source = scripted()
    source.open(lambda: Scene((), ()), begin)
    source.listen(Listening(rate, rules))
    return source


def request(*entries: Entry, speak: bool = True, verbatim: str | None = None) -> AnswerRequest:
    return AnswerRequest("resp_1", entries, "", (), "auto", speak=speak, rate=24_000, verbatim=verbatim)


async def answer(source: ScriptedSource, asked: AnswerRequest) -> list[Piece]:
    return [piece async for piece in source.answer(asked)]


async def test_each_response_takes_the_next_turn_of_the_script() -> None:
    source = opened(Scripted([Turn(say="One.", ms=250), Turn(call=[("f", {"a": 1}), ("g", {})])]))
    assert await answer(source, request()) == [Words("One."), Sound(tone(250, 24_000))]
    assert await answer(source, request()) == [Call("f", '{"a": 1}'), Call("g", "{}")]
    with pytest.raises(ScriptMismatchError, match="only 2 turns"):
        await answer(source, request())


async def test_a_script_may_repeat() -> None:
    source = opened(Scripted([Turn(say="One.", ms=20)], repeat=True))
    assert [await answer(source, request()) for _ in range(3)] == [[Words("One."), Sound(tone(20, 24_000))]] * 3


async def test_every_session_starts_at_the_beginning() -> None:
    scripted = Scripted([Turn(say="One.")])
    await answer(opened(scripted), request())
    assert (await answer(opened(scripted), request()))[0] == Words("One.")


async def test_what_the_script_does_not_expect_fails_with_both_texts() -> None:
    source = opened(Scripted([Turn(expect="order", say="Yes.")]))
    with pytest.raises(ScriptMismatchError, match="expects 'order', the last words are 'Hello'"):
        await answer(source, request(Entry("message", role="user", text="Hello")))
    assert (await answer(source, request(Entry("message", role="user", text="my Order"))))[0] == Words("Yes.")


async def test_the_clients_own_words_take_no_turn_of_the_script() -> None:
    source = opened(Scripted([Turn(say="One.")]))
    assert (await answer(source, request(verbatim="Welcome.")))[0] == Words("Welcome.")
    assert (await answer(source, request()))[0] == Words("One.")


async def test_text_needs_no_sound() -> None:
    assert await answer(opened(Scripted([Turn(say="One.")])), request(speak=False)) == [Words("One.")]


async def test_speech_is_what_is_loud() -> None:
    source = opened(Scripted())
    notices = await source.hear(bytes(48_000) + tone(1000, 24_000) + bytes(48 * 600))
    assert [type(notice) for notice in notices] == [SpeechStarted, SpeechStopped]
    assert notices[0].at_ms == 600
    assert notices[1].at_ms == 2500


async def test_frames_may_have_any_length() -> None:
    source = opened(Scripted(), rate=16_000)
    sound = bytes(32_000) + tone(1000, 16_000) + bytes(32 * 700)
    notices = []
    for at in range(0, len(sound), 1234):
        notices += await source.hear(sound[at : at + 1234])
    assert [(type(notice), notice.at_ms) for notice in notices] == [(SpeechStarted, 600), (SpeechStopped, 2500)]


async def test_turns_can_be_appointed() -> None:
    source = opened(Scripted(turns=[(1456, 4512)]))
    assert await source.hear(bytes(48 * 1400)) == []
    assert await source.hear(bytes(48 * 100)) == [SpeechStarted(1456)]
    (stopped,) = await source.hear(bytes(48 * 4000))
    assert stopped.at_ms == 4512


async def test_what_is_heard_comes_from_the_script_once() -> None:
    source = opened(Scripted([Turn(hear="hello")]))
    utterance = source.commit()
    assert await source.transcribe(utterance) == Transcript("hello")
    assert await source.transcribe(utterance) == Transcript("")


async def test_a_client_that_commits_gets_what_was_appended_since() -> None:
    source = opened(Scripted(), rules=None)
    assert await source.hear(tone(1000, 24_000)) == []
    assert source.commit().duration_ms == 1000
    await source.hear(bytes(48 * 200))
    source.clear()
    await source.hear(bytes(48 * 300))
    assert source.commit().duration_ms == 300


@pytest.mark.parametrize(("window", "loud"), [(b"", 0.0), (bytes(960), 0.0), (tone(20, 24_000), 1.0)])
def test_loudness_is_all_or_nothing(window: bytes, loud: float) -> None:
    assert loudness(window) == loud


@pytest.mark.parametrize("rate", [8000, 16_000, 24_000])
def test_a_tone_has_the_length_asked_for(rate: int) -> None:
    assert len(tone(2500, rate)) == 2500 * rate // 1000 * 2
