from __future__ import annotations

from typing import Any

from voiceagent.emulators.voice_live import templates
from voiceagent.emulators.voice_live.conversation import Conversation
from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.emulators.voice_live.offer import Offer
from voiceagent.emulators.voice_live.reply import Reply, count_tokens


def reply(*, native: bool = True, hidden: bool = False, talk: Conversation | None = None, **session: Any) -> Reply:
    model = "gpt-realtime" if native else "gpt-4o"
    return Reply(
        response_id="resp_1",
        conversation_id=None if hidden else "conv_1",
        session={**templates.created(session_id="sess_1", expires_at=1, offer=Offer(model)), **session},
        ids=Ids(seed=1, wall=lambda: 1.7e9),
        conversation=Conversation() if talk is None else talk,
        native=native,
        clock=lambda: 5.0,
    )


def short(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"].removeprefix("response.") for event in events]


def test_words_run_ahead_of_their_sound() -> None:
    one = reply()
    assert short(one.words("One two three four five six seven.", 0)) == [
        "output_item.added",
        "conversation.item.created",
        "content_part.added",
        *["audio_transcript.delta"] * 3,
    ]
    assert short(one.sound("AAAA", 250)) == [*["audio_transcript.delta"] * 3, "audio.delta"]
    assert short(one.sound("AAAA", 250)) == ["audio_transcript.delta", "audio.delta"]
    assert short(one.sound("AAAA", 250)) == ["audio.delta"]


def test_a_spoken_answer_closes_in_the_recorded_order() -> None:
    one = reply()
    one.words("Hello there.", 0)
    one.sound("AAAA", 250)
    closing = one.finished("completed")
    assert short(closing) == ["audio.done", "audio_transcript.done", "content_part.done", "output_item.done", "done"]
    assert closing[1]["transcript"] == "Hello there."
    assert closing[4]["response"]["output"][0]["content"] == [{"type": "audio", "transcript": "Hello there."}]


def test_words_left_over_are_told_before_the_end() -> None:
    one = reply()
    one.words("One two three four five.", 0)
    assert short(one.finished("completed"))[:3] == ["audio_transcript.delta", "audio_transcript.delta", "audio.done"]


def test_deltas_joined_are_the_transcript() -> None:
    one = reply()
    events = [
        *one.words("First one.", 0),
        *one.sound("AAAA", 250),
        *one.words(" Then two more.", 250),
        *one.finished("completed"),
    ]
    said = "".join(event["delta"] for event in events if event["type"] == "response.audio_transcript.delta")
    assert said == "First one. Then two more."


def test_a_text_answer_comes_back_with_an_empty_part() -> None:
    one = reply(modalities=["text"])
    assert short(one.words("Hello there.", 0))[-3:] == ["content_part.added", "text.delta", "text.delta"]
    closing = one.finished("completed")
    assert short(closing) == ["text.done", "content_part.done", "output_item.done", "done"]
    assert closing[1]["part"] == {"type": "text", "text": ""}
    assert closing[0]["text"] == closing[2]["item"]["content"][0]["text"] == "Hello there."


def test_several_calls_have_increasing_output_indexes() -> None:
    one = reply()
    events = one.call("f", '{"a": 1}') + one.call("g", "{}\n")
    assert [event["output_index"] for event in events if event["type"] == "response.output_item.done"] == [0, 1]
    deltas = [event for event in events if event["type"] == "response.function_call_arguments.delta"]
    assert "".join(event["delta"] for event in deltas if event["output_index"] == 0) == '{"a": 1}'
    assert "".join(event["delta"] for event in deltas if event["output_index"] == 1) == "{}\n"
    output = one.finished("completed")[-1]["response"]["output"]
    assert [item["name"] for item in output] == ["f", "g"]


def test_a_call_after_words_closes_the_words_first() -> None:
    one = reply()
    one.words("One moment.", 0)
    one.sound("AAAA", 250)
    types = short(one.call("f", "{}"))
    assert types.index("output_item.done") < types.index("function_call_arguments.delta")
    assert types[0] == "audio.done"


def test_a_cancelled_answer_keeps_only_words_that_were_sent() -> None:
    talk = Conversation()
    one = reply(talk=talk)
    one.words("One two three four five six.", 0)
    closing = one.finished("cancelled", {"type": "cancelled", "reason": "turn_detected"})
    assert short(closing) == ["audio.done", "audio_transcript.done", "content_part.done", "output_item.done", "done"]
    assert closing[1]["transcript"] == "One two three"
    assert closing[3]["item"]["status"] == "incomplete"
    assert closing[4]["response"]["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert talk.entries()[0].text == "One two three"


def test_late_sound_of_a_finished_answer_is_dropped() -> None:
    one = reply()
    one.words("Hello.", 0)
    one.finished("cancelled")
    assert one.sound("AAAA", 250) == []


def test_an_answer_outside_the_conversation_leaves_no_trace_in_it() -> None:
    talk = Conversation()
    one = reply(hidden=True, talk=talk)
    assert "conversation.item.created" not in short(one.words("Aside.", 0))
    assert talk.items == []
    assert one.shown()["conversation_id"] is None


def test_a_cascaded_models_message_is_incomplete_while_it_is_spoken() -> None:
    assert reply(native=False).words("Hi.", 0)[0]["item"]["status"] == "incomplete"
    assert reply(native=True).words("Hi.", 0)[0]["item"]["status"] == "in_progress"


def test_usage_counts_twenty_audio_tokens_a_second() -> None:
    one = reply()
    one.words("Hello there, you.", 0)
    one.sound("AAAA", 3600)
    usage = one.finished("completed")[-1]["response"]["usage"]
    assert usage["output_token_details"] == {"text_tokens": 5, "audio_tokens": 72, "reasoning_tokens": 0}
    assert usage["output_tokens"] == 77


def test_the_first_audio_is_remembered_by_the_clock() -> None:
    one = reply()
    assert one.first_audio_at is None
    one.words("Hi.", 0)
    one.sound("AAAA", 250)
    assert one.first_audio_at == 5.0


def test_four_characters_are_a_token() -> None:
    assert [count_tokens(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]


def test_an_answer_that_never_spoke_has_no_late_sound() -> None:
    one = reply()
    assert one.late_delta() == []
    one.call("f", "{}")
    one.words("Hi.", 0)
    assert one.late_delta()[0]["output_index"] == 1
