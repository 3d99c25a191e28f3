from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators.voice_live.conversation import Conversation, Item, Spoken, read_item, whole_words
from voiceagent.emulators.voice_live.errors import Refusal
from voiceagent.emulators.voice_live.source import Entry

TEXT = "Your order has been shipped and will arrive tomorrow."


def message(item_id: str, text: str = "hi", role: str = "user") -> Item:
    return read_item(
        {"type": "message", "id": item_id, "role": role, "content": [{"type": "input_text", "text": text}]}, new_id=""
    )


def spoken(item_id: str, *segments: tuple[float, str], audio_ms: float) -> Item:
    return Item(item_id, "message", role="assistant", spoken=Spoken(list(segments), audio_ms))


def test_items_follow_each_other() -> None:
    talk = Conversation()
    assert talk.add(message("a")) is None
    assert talk.add(message("b")) == "a"
    assert talk.add(message("c"), "a") == "a"
    assert talk.add(message("d"), "root") is None
    assert [item.id for item in talk.items] == ["d", "a", "c", "b"]


def test_an_item_cannot_follow_one_that_is_not_there() -> None:
    with pytest.raises(Refusal):
        Conversation().add(message("a"), "nobody")


def test_an_id_is_used_once() -> None:
    talk = Conversation()
    talk.add(message("a"))
    with pytest.raises(Refusal, match="already exists"):
        talk.add(message("a"))


def test_deleting_takes_the_item_out_of_the_thinkers_view() -> None:
    talk = Conversation()
    talk.add(message("a", "one"))
    talk.add(message("b", "two"))
    talk.delete("a")
    assert [entry.text for entry in talk.entries()] == ["two"]
    with pytest.raises(Refusal) as refused:
        talk.delete("a")
    assert refused.value.code == "item_delete_invalid_item_id"


@pytest.mark.parametrize(
    ("heard_ms", "text"),
    [(0, ""), (1000, "Your order has been"), (1600, "Your order has been shipped and"), (2650, TEXT)],
)
def test_truncating_leaves_the_words_that_were_heard(heard_ms: int, text: str) -> None:
    talk = Conversation()
    talk.add(spoken("a", (0, TEXT), audio_ms=2650))
    talk.truncate("a", heard_ms)
    assert talk.entries()[0].text == text


def test_each_sentence_is_cut_by_its_own_length() -> None:
    talk = Conversation()
    talk.add(spoken("a", (0, "Yes."), (2000, " It was sent on Monday."), audio_ms=3000))
    talk.truncate("a", 2000)
    assert talk.entries()[0].text == "Yes."
    talk.truncate("a", 2500)
    assert talk.entries()[0].text == "Yes. It was"


def test_the_cut_can_leave_a_marker() -> None:
    talk = Conversation()
    talk.add(spoken("a", (0, TEXT), audio_ms=2650))
    assert talk.truncate("a", 500, " [interrupted]").entry().text == "Your order [interrupted]"


def test_a_cut_beyond_the_audio_is_refused_but_for_rounding() -> None:
    talk = Conversation()
    talk.add(spoken("a", (0, TEXT), audio_ms=2650.4))
    talk.truncate("a", 2651)
    with pytest.raises(Refusal, match="2650ms is already shorter than 2700ms"):
        talk.truncate("a", 2700)


def test_only_spoken_items_can_be_cut() -> None:
    talk = Conversation()
    talk.add(message("a"))
    with pytest.raises(Refusal):
        talk.truncate("a", 0)


def test_the_end_of_a_word_is_not_cut() -> None:
    assert whole_words("one two three", 0.5) == "one"
    assert whole_words("one", 0.5) == ""
    assert whole_words("one two", 1) == "one two"
    assert whole_words("one two", -1) == ""


def test_words_that_were_never_sent_are_forgotten() -> None:
    said = Spoken([(0, "One two."), (900, " Three four.")], 1500)
    said.forget_after(len("One two. Three"))
    assert said.text == "One two. Three"
    said.forget_after(3)
    assert said.segments == [(0, "One")]


@pytest.mark.parametrize(
    ("body", "entry"),
    [
        (
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]},
            Entry("message", role="assistant", text="Hi"),
        ),
        (
            {"type": "message", "role": "user", "content": [{"type": "input_audio", "transcript": "Hey", "audio": "AAAA"}]},
            Entry("message", role="user", text="Hey"),
        ),
        (
            {"type": "function_call", "name": "f", "call_id": "c", "arguments": "{}"},
            Entry("call", name="f", call_id="c", text="{}"),
        ),
        ({"type": "function_call_output", "call_id": "c", "output": "ok"}, Entry("output", call_id="c", text="ok")),
    ],
)
def test_items_of_the_client_reach_the_thinker(body: dict[str, Any], entry: Entry) -> None:
    assert read_item(body, new_id="item_1").entry() == entry


def test_output_text_comes_back_as_text() -> None:
    body = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]}
    assert read_item(body, new_id="item_1").shown()["content"] == [{"type": "text", "text": "Hi"}]


def test_the_client_may_choose_the_id() -> None:
    assert message("mine").id == "mine"
    assert read_item({"type": "function_call_output", "call_id": "c", "output": ""}, new_id="item_9").id == "item_9"


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"type": "telegram"}, "item.type"),
        ({"type": "message", "role": "boss"}, "item.role"),
        ({"type": "message", "role": "user", "content": [{"type": "smell"}]}, "item.content.type"),
        ({"type": "message", "role": "user", "content": ["text"]}, "item.content.type"),
        ({"type": "message", "role": "user", "content": [{"type": "input_text"}]}, "item.content.text"),
        ({"type": "function_call_output", "call_id": "c"}, "item.output"),
        ({"type": "function_call", "call_id": "c", "arguments": "{}"}, "item.name"),
    ],
)
def test_a_broken_item_is_refused_by_name(body: dict[str, Any], param: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_item(body, new_id="item_1")
    assert refused.value.param == param
