from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from voiceagent.emulators.voice_live.embedded import Embedded, conversation, sentences
from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator
from voiceagent.emulators.voice_live.source import Entry, Listening, Scene, SpeechStarted, SpeechStopped, TurnRules
from voiceagent.speech.parts import Parts
from voiceagent.speech.think.port import (
    AgentSaid,
    Call,
    CallerSaid,
    DigitsWanted,
    Said,
    SystemSaid,
    ToolAnswered,
    ToolWasCalled,
)
from voiceagent.testing.speech import Phrasebook, ScriptedThinker, ToneVoice, tone_parts

AT_ONCE = EmulatorOptions(delta_interval_ms=0)
Calls = Callable[..., Any]


class Phone:
    """Parts made of tones, and a caller who speaks the same tones."""

    def __init__(self, thinker: ScriptedThinker) -> None:
        self.book = Phrasebook()
        self.thinker = thinker
        self.parts: Parts = tone_parts(thinker, self.book)

    def says(self, text: str, *, rate: int = 24_000, silence_ms: int = 700) -> bytes:
        sound = b"".join(ToneVoice(self.book).stream(text, rate=rate))
        return bytes(rate * 2 // 5) + sound + bytes(rate * silence_ms // 1000 * 2)


async def test_a_caller_is_heard_thought_about_and_answered_in_sound(call: Calls) -> None:
    phone = Phone(ScriptedThinker([Said("It has been shipped.")]))
    async with phone.parts, VoiceLiveEmulator(Embedded(phone.parts), options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.append(phone.says("Where is my order, please?"))
        await caller.until("response.done")
        items = emulator.sessions()[0]["items"]
        assert [item["text"] for item in items] == ["Where is my order, please?", "It has been shipped."]
        assert items[1]["audio_ms"] == pytest.approx(20 * len("It has been shipped."))
    assert phone.thinker.asked == [(CallerSaid("Where is my order, please?", -0.05),)]


async def test_the_ear_has_begun_before_the_turn_is_over(call: Calls) -> None:
    phone = Phone(ScriptedThinker([Said("Yes.")]))
    async with phone.parts, VoiceLiveEmulator(Embedded(phone.parts), options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.append(phone.says("Are you open on Sunday?"))
        await caller.until("response.done")
    assert phone.parts.ear.heard == ["Are you open on Sunday?"]  # type: ignore[attr-defined] # the fake's notebook


async def test_a_caller_who_goes_on_voids_what_was_begun(call: Calls) -> None:
    phone = Phone(ScriptedThinker([Said("Yes.")]))
    async with phone.parts, VoiceLiveEmulator(Embedded(phone.parts), options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.send("session.update", session={"turn_detection": {"type": "server_vad", "silence_duration_ms": 600}})
        await caller.append(phone.says("I would like my order", silence_ms=300))
        await caller.append(phone.says("I would like my order"))
        await caller.until("response.done")
        heard, said = emulator.sessions()[0]["items"]
        assert heard["audio_ms"] > 2 * 20 * len("I would like my order")
        assert said["text"] == "Yes."


async def test_calls_of_the_thinker_reach_the_client_and_results_the_thinker(call: Calls) -> None:
    phone = Phone(ScriptedThinker([Call("lookup", '{"id": "4271"}'), Call("audit", "{}")], [Said("Shipped.")]))
    async with phone.parts, VoiceLiveEmulator(Embedded(phone.parts), options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.send("response.create")
        done = await caller.until("response.done")
        calls = done["response"]["output"]
        assert [item["name"] for item in calls] == ["lookup", "audit"]
        for item in calls:
            output = {"type": "function_call_output", "call_id": item["call_id"], "output": "ok"}
            await caller.send("conversation.item.create", item=output)
        await caller.send("response.create")
        await caller.until("response.done")
    assert phone.thinker.asked[1][2:] == tuple(ToolAnswered(item["call_id"], "ok") for item in calls)


async def test_the_thinker_sees_only_what_was_heard(call: Calls) -> None:
    phone = Phone(ScriptedThinker([Said("Your order has been shipped and will arrive tomorrow.")], []))
    async with phone.parts, VoiceLiveEmulator(Embedded(phone.parts), options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.send("response.create")
        item = (await caller.until("response.done"))["response"]["output"][0]
        await caller.send("conversation.item.truncate", item_id=item["id"], content_index=0, audio_end_ms=400)
        await caller.send("response.create")
        await caller.until("response.done")
    assert phone.thinker.asked[1] == (AgentSaid("Your order has been"),)


async def test_words_given_by_the_client_are_spoken_without_thinking(call: Calls) -> None:
    phone = Phone(ScriptedThinker())
    message = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Welcome to Contoso."}]}
    async with phone.parts, VoiceLiveEmulator(Embedded(phone.parts), options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.send("session.update", session={"voice": "en-US-AvaNeural"})
        await caller.send("response.create", response={"pre_generated_assistant_message": message})
        done = await caller.until("response.done")
        assert done["response"]["output"][0]["content"][0]["transcript"] == "Welcome to Contoso."
        assert "response.audio.delta" in [event["type"] for event in caller.events]
    assert phone.thinker.asked == []


async def test_text_alone_is_not_spoken(call: Calls) -> None:
    phone = Phone(ScriptedThinker([Said("Hello there.")]))
    async with phone.parts, VoiceLiveEmulator(Embedded(phone.parts), options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.send("response.create", response={"modalities": ["text"]})
        await caller.until("response.done")
    assert phone.parts.voice.spoken == []  # type: ignore[attr-defined] # the fake's notebook


async def test_digits_are_listened_for_when_the_thinker_wants_them(call: Calls) -> None:
    phone = Phone(ScriptedThinker([Said("Thanks.")], digits=DigitsWanted(4, 4)))
    async with phone.parts, VoiceLiveEmulator(Embedded(phone.parts), options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.append(phone.says("for two seven one"))
        await caller.until("response.done")
        assert emulator.sessions()[0]["items"][0]["text"]


# The wait is longer when the words break off; the end that is told is that of the usual silence all the same.
@pytest.mark.parametrize(("unfinished", "waits_ms"), [(False, 500), (True, 1200)])
async def test_unfinished_words_are_waited_for(unfinished: bool, waits_ms: int) -> None:
    phone = Phone(ScriptedThinker(unfinished=unfinished))
    begun: list[asyncio.Task[None]] = []
    async with phone.parts, asyncio.TaskGroup() as tasks:

        def begin(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
            begun.append(tasks.create_task(work))
            return begun[-1]

        source = Embedded(phone.parts)()
        source.open(lambda: Scene((), ()), begin)
        source.listen(Listening(24_000, TurnRules()))
        (started,) = await source.hear(phone.says("My number is", silence_ms=250))
        assert isinstance(started, SpeechStarted)
        await begun[0]
        assert await source.hear(bytes(48 * (waits_ms - 250 - 100))) == []
        (stopped,) = await source.hear(bytes(48 * 200))
        assert isinstance(stopped, SpeechStopped)
        spoken_ms = 200 + 20 * len("My number is")
        assert stopped.at_ms == pytest.approx(spoken_ms + 500, abs=70)


async def test_a_client_may_commit_by_itself_at_any_rate(call: Calls) -> None:
    phone = Phone(ScriptedThinker([Said("Yes.")]))
    async with phone.parts, VoiceLiveEmulator(Embedded(phone.parts), options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.send("session.update", session={"turn_detection": None, "input_audio_sampling_rate": 16_000})
        await caller.append(phone.says("Are you open?", rate=16_000), rate=16_000)
        await caller.send("input_audio_buffer.commit")
        await caller.send("response.create")
        await caller.until("response.done")
        assert emulator.sessions()[0]["items"][0]["text"] == "Are you open?"


async def test_a_commit_in_the_middle_of_speech_takes_what_was_said(call: Calls) -> None:
    phone = Phone(ScriptedThinker([Said("Yes.")]))
    async with phone.parts, VoiceLiveEmulator(Embedded(phone.parts), options=AT_ONCE) as emulator, call(emulator) as caller:
        await caller.append(phone.says("Are you open on Sunday?", silence_ms=60))
        await caller.until("input_audio_buffer.speech_started")
        await caller.send("input_audio_buffer.commit")
        await caller.send("response.create")
        await caller.until("response.done")
        assert emulator.sessions()[0]["items"][0]["text"] == "Are you open on Sunday?"


async def test_barge_in_stops_the_voice(call: Calls) -> None:
    phone = Phone(ScriptedThinker([Said("A very long story. " * 30)], [Said("Yes?")]))
    options = EmulatorOptions(delta_interval_ms=1e9)
    async with phone.parts, VoiceLiveEmulator(Embedded(phone.parts), options=options) as emulator, call(emulator) as caller:
        await caller.send("response.create")
        await caller.until("response.audio.delta")
        await caller.append(phone.says("Stop it, please."))
        done = await caller.until("response.done")
        assert done["response"]["status_details"]["reason"] == "turn_detected"
        assert len(phone.parts.voice.spoken) < 5  # type: ignore[attr-defined] # the fake's notebook


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Hello.", ["Hello."]),
        ("Your order is here. It left today.", ["Your order is here.", " It left today."]),
        ("Dr. Smith is in. Please wait here.", ["Dr. Smith is in.", " Please wait here."]),
        ("It costs 3.50 in total.", ["It costs 3.50 in total."]),
        ("   ", []),
    ],
)
def test_a_voice_begins_anew_at_sentences(text: str, pieces: list[str]) -> None:
    assert sentences(text) == pieces


def test_the_conversation_is_put_in_the_thinkers_words() -> None:
    entries = (
        Entry("message", role="system", text="It is Monday."),
        Entry("message", role="user", text="Hi", confidence=-0.1),
        Entry("message", role="assistant", text="Hello."),
        Entry("call", name="f", call_id="c", text="{}"),
        Entry("output", call_id="c", text="ok"),
    )
    assert conversation(entries) == [
        SystemSaid("It is Monday."),
        CallerSaid("Hi", -0.1),
        AgentSaid("Hello."),
        ToolWasCalled("c", "f", "{}"),
        ToolAnswered("c", "ok"),
    ]


@pytest.mark.engine
async def test_real_parts_hold_a_spoken_turn(call: Calls) -> None:
    from voiceagent.config.schema import ThinkerRule, ThinkerSection
    from voiceagent.speech.parts import load_parts

    rules = [ThinkerRule(name="hours", match=["open"], reply="We are open from nine to five.")]
    async with load_parts(ThinkerSection(rules=rules)) as parts:
        question = b"".join(parts.voice.stream("When are you open today?", rate=24_000, variant="caller-high"))
        async with VoiceLiveEmulator(Embedded(parts)) as emulator, call(emulator) as caller:
            await caller.append(bytes(48 * 300) + question + bytes(48 * 900))
            async with asyncio.timeout(20):
                await caller.until("response.done")
            heard, said = emulator.sessions()[0]["items"]
            assert "open" in heard["text"]
            assert said["text"] == "We are open from nine to five."
            assert json.dumps(emulator.sessions())
