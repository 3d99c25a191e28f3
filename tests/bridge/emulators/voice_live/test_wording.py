from __future__ import annotations

from typing import Any

from voiceagent.emulators.voice_live.ids import Ids
from voiceagent.emulators.voice_live.wording import TOKENS_A_MINUTE, Wording
from voiceagent.protocol.dialects import AZURE_OPENAI, OPENAI, VOICE_LIVE, Dialect

MESSAGE = {"id": "i", "object": "realtime.item", "type": "message", "status": "completed", "role": "user", "content": []}


def wording(dialect: Dialect, **options: Any) -> Wording:
    return Wording(dialect, Ids(seed=1, wall=lambda: 1.7e9), **options)


def created(item: dict[str, Any], previous: str | None = None) -> dict[str, Any]:
    return {"type": "conversation.item.created", "previous_item_id": previous, "item": item}


def test_a_version_is_silent_about_what_it_does_not_know() -> None:
    warning = {"type": "warning", "warning": {}}
    assert wording(VOICE_LIVE["2025-10-01"]).said(warning) == []
    assert wording(VOICE_LIVE["2026-07-15"]).said(warning) == [warning]


def test_only_openai_tells_what_a_transcription_cost() -> None:
    kind = "conversation.item.input_audio_transcription.completed"
    completed = {"type": kind, "transcript": "Hi", "usage": {"type": "duration", "seconds": 1}}
    assert "usage" not in wording(VOICE_LIVE["2026-07-15"]).said(completed)[0]
    assert wording(OPENAI).said(completed)[0]["usage"] == {"type": "duration", "seconds": 1}


def test_in_ga_every_item_is_told_as_done() -> None:
    told = wording(OPENAI).said(created(MESSAGE))
    assert [event["type"] for event in told] == ["conversation.item.added", "conversation.item.done"]
    assert "object" not in told[1]["item"]


def test_an_answer_is_done_before_its_output_is() -> None:
    words = wording(OPENAI)
    for item_id, previous in (("a", None), ("b", "a"), ("c", "b")):
        words.said(created({**MESSAGE, "id": item_id, "status": "in_progress"}, previous))
    done = {"type": "response.output_item.done", "item": {**MESSAGE, "id": "c"}}
    told = words.said(done)
    assert [event["type"] for event in told] == ["conversation.item.done", "response.output_item.done"]
    assert told[0]["previous_item_id"] == "b"
    assert words.said({**done, "item": {**MESSAGE, "id": "b"}})[0]["previous_item_id"] is None


def test_deltas_are_padded_to_one_length() -> None:
    for delta in ("Hi", " Marcelo", "x" * 16):
        told = wording(AZURE_OPENAI).said({"type": "response.text.delta", "item_id": "i", "delta": delta})[0]
        assert (len(delta) + len(told["obfuscation"])) % 16 == 0
        assert told["obfuscation"]
    assert "obfuscation" not in wording(VOICE_LIVE["v1"]).said({"type": "response.text.delta", "delta": "Hi"})[0]


def test_azure_openai_says_a_part_twice_and_with_its_text() -> None:
    words = wording(AZURE_OPENAI)
    words.said({"type": "response.text.done", "item_id": "i", "text": "Hello."})
    told = words.said({"type": "response.content_part.done", "item_id": "i", "part": {"type": "text", "text": ""}})[0]
    assert told["part"] == told["content"] == {"type": "text", "text": "Hello."}


def test_words_of_the_caller_come_one_by_one() -> None:
    kind = "conversation.item.input_audio_transcription.delta"
    told = wording(OPENAI).said({"type": kind, "item_id": "i", "delta": "my name is"})
    assert [event["delta"] for event in told] == ["my", " name", " is"]
    assert len({event["event_id"] for event in told}) == 3


def test_the_quota_is_told_where_it_is_wanted() -> None:
    usage = {"total_tokens": 10, "output_token_details": {"text_tokens": 1, "reasoning_tokens": 0}}
    done = {"type": "response.done", "response": {"output": [MESSAGE], "temperature": None, "usage": usage}}
    told = wording(OPENAI, rate_limits=True).said(done)
    assert told[1]["rate_limits"][0]["remaining"] == TOKENS_A_MINUTE - 10
    assert "reasoning_tokens" not in told[0]["response"]["usage"]["output_token_details"]
    assert len(wording(OPENAI).said(done)) == 1


def test_azure_openais_beta_tells_what_was_understood_once() -> None:
    from voiceagent.protocol.dialects import AZURE_OPENAI_PREVIEW

    wording = Wording(AZURE_OPENAI_PREVIEW, Ids(seed=1, wall=lambda: 1.7e9))
    kind = "conversation.item.input_audio_transcription."
    words = {"item_id": "item_1", "content_index": 0}
    assert wording.said({"type": kind + "delta", **words, "delta": "Hello"}) == []
    assert [event["type"] for event in wording.said({"type": kind + "completed", **words, "transcript": "Hello"})] == [
        kind + "completed"
    ]
