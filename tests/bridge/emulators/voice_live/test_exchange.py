"""The conversation of caller, answer and client: this arrives, these events must go out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.emulators.voice_live.errors import Refusal
from voiceagent.emulators.voice_live.exchange import Exchange, Wanted
from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.source import Entry
from voiceagent.emulators.voice_live.steps import Silence

TURN = "conversation.item.input_audio_transcription"
CLOSING = [
    "response.audio.done",
    "response.audio_transcript.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.done",
]


def ready(stage: Callable[..., Any], **detection: Any) -> Any:
    ready = stage()
    ready.update(turn_detection={"type": "server_vad", **detection}, input_audio_transcription={"model": "whisper-1"})
    return ready


def test_a_native_turn_opens_the_response_before_the_words_are_known(stage: Callable[..., Any]) -> None:
    one = ready(stage)
    assert one.speech_starts(1456) == ["input_audio_buffer.speech_started"]
    assert one.speech_stops(4512) == [
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.created",
        "conversation.item.done",
        "response.created",
    ]
    assert one.requests == []
    assert one.hears("Hello") == []
    assert one.requests[0].entries == (Entry("message", role="user", text="Hello"),)
    ids = {event["item_id"] for event in one.events if "item_id" in event and event["type"].startswith("input_audio_buffer")}
    assert len(ids) == 1


def test_the_transcript_drops_in_behind_the_first_words(stage: Callable[..., Any]) -> None:
    one = ready(stage)
    one.turn("Hello")
    types = one.say("Hi there, Marcelo.")
    assert types.index(f"{TURN}.delta") == types.index("response.audio.delta") - 1
    assert types[-1] == f"{TURN}.completed"


def test_a_transcript_after_the_answer_began_is_told_at_once(stage: Callable[..., Any]) -> None:
    one = ready(stage, create_response=False)
    one.speech_starts()
    one.speech_stops()
    assert one.hears("Hello") == [f"{TURN}.delta", f"{TURN}.completed"]
    assert one.requests == []


def test_without_transcription_the_words_are_for_the_thinker_alone(stage: Callable[..., Any]) -> None:
    one = stage()
    one.turn("Hello")
    one.say("Hi.")
    one.done()
    assert not [event for event in one.events if event["type"].startswith(TURN)]
    assert one.requests[0].entries[0].text == "Hello"


def test_a_cascaded_turn_transcribes_first(stage: Callable[..., Any]) -> None:
    one = stage(model="gpt-4o")
    one.speech_starts()
    assert one.speech_stops() == ["input_audio_buffer.speech_stopped", "input_audio_buffer.committed"]
    assert one.hears("Hello") == [f"{TURN}.completed", "conversation.item.created", "response.created"]
    item = one.last("conversation.item.created")["item"]
    assert item["content"] == [{"type": "input_audio", "transcript": "Hello"}]
    assert one.last("conversation.item.created")["previous_item_id"] is None


def test_a_caller_who_goes_on_in_a_cascaded_session_gets_one_answer(stage: Callable[..., Any]) -> None:
    one = stage(model="gpt-4o")
    one.speech_starts()
    one.speech_stops()
    one.speech_starts()
    assert "response.created" not in one.hears("I want")
    one.speech_stops()
    assert "response.created" in one.hears("my order")
    assert [entry.text for entry in one.requests[0].entries] == ["I want", "my order"]


def test_barge_in_cancels_an_answer_under_way(stage: Callable[..., Any]) -> None:
    one = ready(stage)
    one.turn("Hello")
    one.say("Hi there, Marcelo.")
    assert one.speech_starts(5000) == ["input_audio_buffer.speech_started", *CLOSING]
    done = one.last("response.done")["response"]
    assert (done["status"], done["status_details"]) == ("cancelled", {"type": "cancelled", "reason": "turn_detected"})
    assert Silence(done["id"]) in one.steps
    assert one.last("response.output_item.done")["item"]["status"] == "incomplete"
    assert one.take(one.state.sound(done["id"], "AAAA", 250)) == []


def test_barge_in_after_the_answer_is_nothing_but_speech(stage: Callable[..., Any]) -> None:
    one = ready(stage)
    one.turn("Hello")
    one.say("Hi there, Marcelo.", ms=4275)
    one.done()
    one.now_ms = 10
    assert one.speech_starts(5000) == ["input_audio_buffer.speech_started"]


def test_barge_in_before_the_first_word_cancels_an_empty_answer(stage: Callable[..., Any]) -> None:
    one = ready(stage)
    one.speech_starts()
    one.speech_stops()
    assert one.speech_starts(2500) == ["input_audio_buffer.speech_started", "response.done"]
    assert one.last("response.done")["response"]["output"] == []
    one.hears("I want")
    assert one.requests == []


def test_interrupt_response_false_lets_the_answer_go_on(stage: Callable[..., Any]) -> None:
    one = ready(stage, interrupt_response=False)
    one.turn("Hello")
    one.say("Hi there, Marcelo.")
    assert one.speech_starts(5000) == ["input_audio_buffer.speech_started"]
    assert "response.created" not in one.speech_stops(6000)
    one.hears("Me again")
    assert one.done()[-2:] == ["response.done", "response.created"]
    assert one.requests[-1].entries[-1].text == "Me again"


def test_auto_truncate_cuts_what_cannot_have_been_heard_yet(stage: Callable[..., Any]) -> None:
    one = ready(stage, auto_truncate=True, appended_text_after_truncation=" …")
    one.turn("Hello")
    one.now_ms = 1000
    one.say("Your order has been shipped and will arrive tomorrow.", ms=2650)
    one.done()
    one.now_ms = 2000
    assert one.speech_starts(5000) == ["input_audio_buffer.speech_started", "conversation.item.truncated"]
    assert one.last("conversation.item.truncated")["audio_end_ms"] == 1000
    one.speech_stops(6000)
    one.hears("Stop")
    assert [entry.text for entry in one.requests[-1].entries] == ["Hello", "Your order has been …", "Stop"]


def test_auto_truncate_comes_before_the_closing_events(stage: Callable[..., Any]) -> None:
    one = ready(stage, auto_truncate=True)
    one.turn("Hello")
    one.say("Your order has been shipped.", ms=2650)
    one.now_ms = 500
    assert one.speech_starts(5000) == ["input_audio_buffer.speech_started", "conversation.item.truncated", *CLOSING]


def test_auto_truncate_leaves_an_answer_that_was_heard_to_its_end(stage: Callable[..., Any]) -> None:
    one = ready(stage, auto_truncate=True)
    one.turn("Hello")
    one.say("Hi.", ms=500)
    one.done()
    one.now_ms = 501
    assert one.speech_starts(5000) == ["input_audio_buffer.speech_started"]


def test_without_truncation_the_thinker_believes_it_said_everything(stage: Callable[..., Any]) -> None:
    one = ready(stage)
    one.turn("Hello")
    one.say("Your order has been shipped and will arrive tomorrow.", ms=2650)
    one.done()
    one.turn("What?")
    assert one.requests[-1].entries[1].text == "Your order has been shipped and will arrive tomorrow."


def test_a_turn_that_cannot_be_transcribed_is_answered_without_words(stage: Callable[..., Any]) -> None:
    one = ready(stage)
    one.speech_starts()
    one.speech_stops()
    one.take(one.state.transcription_failed(one.waiting.pop(), "DeploymentNotFound", "no model"))
    assert one.requests[0].entries[0].text == ""
    one.say("Pardon?")
    assert one.last(f"{TURN}.failed")["error"]["message"] == "no model"


def test_words_of_a_forgotten_turn_are_ignored(stage: Callable[..., Any]) -> None:
    one = ready(stage)
    one.turn("Hello")
    assert one.take(one.state.transcription_failed("item_x", "x", "no")) == []


def test_a_failed_answer_says_why(stage: Callable[..., Any]) -> None:
    one = ready(stage)
    one.turn("Hello")
    one.take(one.state.answer_failed(one.requests[0].response_id, "server_error", "the chat endpoint is down"))
    done = one.last("response.done")["response"]
    assert done["status"] == "failed"
    assert done["status_details"]["error"]["message"] == "the chat endpoint is down"


def test_one_response_at_a_time() -> None:
    exchange = Exchange(ids=Ids(seed=1, wall=lambda: 1.7e9), offer=Offer("gpt-realtime"), clock=lambda: 0.0)
    session = {"modalities": ["text"], "instructions": "", "voice": None, "output_audio_format": None}
    wanted = Wanted({**session, "max_response_output_tokens": "inf", "tools": [], "tool_choice": "auto"})
    exchange.create(wanted)
    with pytest.raises(Refusal) as refused:
        exchange.create(wanted)
    assert refused.value.code == "conversation_already_has_active_response"


def test_a_turn_that_waited_for_a_response_is_answered_when_the_client_cancels_it(stage: Callable[..., Any]) -> None:
    one = ready(stage, interrupt_response=False)
    one.client("response.create")
    one.say("A long answer.")
    one.turn("And another thing.")
    assert one.client("response.cancel")[-2:] == ["response.done", "response.created"]
    assert one.requests[-1].entries[-1] == Entry("message", role="user", text="And another thing.")


def test_deltas_under_way_can_arrive_after_a_cancelled_response(stage: Callable[..., Any]) -> None:
    one = stage(late_deltas=2)
    one.client("response.create")
    assert one.client("response.cancel") == ["response.done"]
    one.client("response.create")
    one.say("Hello there.")
    assert one.client("response.cancel") == [*CLOSING, "response.audio.delta", "response.audio.delta"]
    assert one.last("response.audio.delta")["response_id"] == one.requests[-1].response_id


def idle(stage: Callable[..., Any], idle_timeout_ms: int | None, **offer: Any) -> Any:
    one = stage(**offer)
    one.update(turn_detection={"type": "server_vad", "idle_timeout_ms": idle_timeout_ms})
    one.client("response.create")
    one.say("Are you there?", ms=2000)
    one.done()
    return one


def nobody_spoke(one: Any, now_ms: float) -> list[str]:
    one.now_ms = now_ms
    one.state.appended(1_000)
    found: list[str] = one.take(one.state.nobody_spoke())
    return found


def test_a_long_silence_is_answered_when_the_session_says_so(stage: Callable[..., Any]) -> None:
    one = idle(stage, 5_000)
    assert nobody_spoke(one, 6_900) == [], "the response is heard for two seconds, then five must pass"
    assert nobody_spoke(one, 7_000) == [
        "input_audio_buffer.timeout_triggered",
        "input_audio_buffer.committed",
        "conversation.item.created",
        "conversation.item.done",
        "response.created",
    ]
    told = one.last("input_audio_buffer.timeout_triggered")
    assert (told["audio_start_ms"], told["audio_end_ms"]) == (0, 2_000)
    assert told["item_id"] == one.last("input_audio_buffer.committed")["item_id"]
    assert nobody_spoke(one, 90_000) == [], "a response is under way"
    one.done()
    assert nobody_spoke(one, 90_000) == []
    assert nobody_spoke(one, 95_000)[0] == "input_audio_buffer.timeout_triggered"


def test_who_speaks_in_time_is_heard_out(stage: Callable[..., Any]) -> None:
    one = idle(stage, 5_000)
    one.speech_starts(6_000)
    assert nobody_spoke(one, 60_000) == []


def test_without_the_setting_a_silence_may_last(stage: Callable[..., Any]) -> None:
    assert nobody_spoke(idle(stage, None), 3_600_000) == []
