from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voiceagent.emulators.voice_live.source import Entry, Listening, TurnRules
from voiceagent.emulators.voice_live.steps import ForgetBuffer, Listen, Silence, TakeBuffer
from voiceagent.protocol.dialects import OPENAI, VOICE_LIVE

Stages = Callable[..., Any]


class Heard:
    """An utterance of half a second."""

    duration_ms = 500.0


def user(text: str) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def test_a_session_introduces_itself_at_once(stage: Stages) -> None:
    one = stage()
    session = one.last("session.created")["session"]
    assert session["expires_at"] == 1_784_668_573
    assert session["model"] == "gpt-realtime-global-standard"
    assert one.steps[-1] == Listen(Listening(24000, TurnRules(0.5, 300, 200)))


def test_an_update_is_answered_with_everything(stage: Stages) -> None:
    one = stage()
    assert one.update(instructions="Be brief.") == ["session.updated"]
    assert one.last("session.updated")["session"]["instructions"] == "Be brief."
    assert one.last("session.updated")["session"]["id"] == one.state.session["id"]


def test_the_ear_hears_of_new_rules_only_when_they_changed(stage: Stages) -> None:
    one = stage()
    before = len(one.steps)
    one.update(instructions="Be brief.")
    assert not [step for step in one.steps[before:] if isinstance(step, Listen)]
    one.update(turn_detection={"type": "server_vad", "threshold": 0.8})
    assert Listen(Listening(24000, TurnRules(0.8, 400, 500))) in one.steps[before:]


def test_an_unknown_field_is_warned_about_and_the_rest_applied(stage: Stages) -> None:
    one = stage()
    assert one.update(voise="x", instructions="Hi") == ["warning", "session.updated"]
    assert one.last("warning")["warning"]["param"] == "session.voise"


def test_a_refused_update_changes_nothing(stage: Stages) -> None:
    one = stage()
    assert one.update(instructions="New", output_audio_format="mp3") == ["error"]
    assert one.state.session["instructions"] != "New"


def test_an_error_names_the_event_it_answers(stage: Stages) -> None:
    one = stage()
    one.client("response.cancel", event_id="c9")
    error = one.last("error")
    assert error["error"]["event_id"] == "c9"
    assert error["error"]["code"] == "response_cancel_not_active"
    assert error["event_id"] != "c9"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "session.explode"},
        {"type": None},
        {},
        {"type": "session.update"},
        {"type": "session.update", "session": 3},
        {"type": "conversation.item.create"},
        {"type": "conversation.item.truncate", "item_id": "x", "content_index": 0, "audio_end_ms": "soon"},
        {"type": "conversation.item.retrieve", "item_id": "nobody"},
        {"type": "conversation.item.delete", "item_id": "nobody"},
        {"type": "conversation.item.truncate", "item_id": "nobody", "content_index": 0, "audio_end_ms": 0},
        {"type": "response.create", "response": {"pre_generated_assistant_message": {}}},
        {"type": "input_audio_buffer.commit"},
        {"type": "session.avatar.connect", "client_sdp": "x"},
    ],
)
def test_what_is_wrong_is_answered_and_the_session_goes_on(stage: Stages, event: dict[str, Any]) -> None:
    one = stage()
    assert one.take(one.state.client_event(event)) == ["error"]
    assert one.last("error")["error"]["type"] == "invalid_request_error"
    assert one.update(instructions="still here") == ["session.updated"]


def test_the_update_that_wedges_a_session_wedges_it_for_good(stage: Stages) -> None:
    one = stage()
    one.update(turn_detection={"type": "server_vad", "end_of_utterance_detection": {"model": "semantic_detection_v1"}})
    assert one.update(instructions="Hello?") == ["error"]
    assert one.client("response.create") == ["error"]


def test_written_words_are_answered_on_request(stage: Stages) -> None:
    one = stage()
    assert one.client("conversation.item.create", item=user("Say hi.")) == ["conversation.item.created"]
    assert one.client("response.create") == ["response.created"]
    assert one.requests[0].entries == (Entry("message", role="user", text="Say hi."),)


def test_a_second_response_is_refused_while_one_runs(stage: Stages) -> None:
    one = stage()
    one.client("response.create")
    assert one.client("response.create", event_id="c2") == ["error"]
    assert one.last("error")["error"]["code"] == "conversation_already_has_active_response"
    assert one.done() == ["response.done"]


def test_cancel_previous_can_be_honoured(stage: Stages) -> None:
    one = stage(honour_cancel_previous=True)
    one.client("response.create")
    assert one.client("response.create") == ["response.done", "response.created"]
    assert one.client("response.create", response={"cancel_previous": False}) == ["error"]


def test_cancelling_ends_in_done_and_there_is_no_cancelled_event(stage: Stages) -> None:
    one = stage()
    one.client("response.create")
    one.say("One two three.")
    types = one.client("response.cancel")
    assert types[-1] == "response.done"
    done = one.last("response.done")["response"]
    assert done["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
    assert Silence(done["id"]) in one.steps


def test_cancelling_another_response_is_refused(stage: Stages) -> None:
    one = stage()
    one.client("response.create")
    assert one.client("response.cancel", response_id="resp_other") == ["error"]
    assert one.client("response.cancel", response_id=one.requests[0].response_id)[-1] == "response.done"


def test_the_clients_own_words_are_asked_for_verbatim(stage: Stages) -> None:
    one = stage()
    message = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Welcome."}]}
    one.client("response.create", response={"pre_generated_assistant_message": message})
    assert one.requests[0].verbatim == "Welcome."


def test_additional_instructions_reach_the_thinker(stage: Stages) -> None:
    one = stage()
    one.update(instructions="Help.")
    one.client("response.create", additional_instructions="In French.")
    assert one.requests[0].instructions == "Help.\nIn French."


def test_a_response_may_bring_or_replace_the_context(stage: Stages) -> None:
    one = stage()
    one.client("conversation.item.create", item=user("One"))
    types = one.client("response.create", response={"append_input_items": [user("Two")]})
    assert types == ["conversation.item.created", "response.created"]
    assert [entry.text for entry in one.requests[0].entries] == ["One", "Two"]
    one.done()
    one.client("response.create", response={"input_items": [user("Three")], "conversation": "none"})
    assert [entry.text for entry in one.requests[1].entries] == ["Three"]


def test_a_functions_result_is_part_of_the_next_answer(stage: Stages) -> None:
    one = stage()
    one.client("response.create")
    one.call("get_weather", '{"city": "London"}')
    call_id = one.last("response.function_call_arguments.done")["call_id"]
    one.client("conversation.item.create", item={"type": "function_call_output", "call_id": call_id, "output": "fog"})
    one.done()
    one.client("response.create")
    assert one.requests[1].entries == (
        Entry("call", name="get_weather", call_id=call_id, text='{"city": "London"}'),
        Entry("output", call_id=call_id, text="fog"),
    )


def test_items_can_be_retrieved_cut_and_deleted(stage: Stages) -> None:
    one = stage()
    one.client("response.create")
    one.say("Your order has been shipped.", ms=2000)
    one.done()
    item_id = one.last("response.output_item.done")["item"]["id"]
    assert one.client("conversation.item.retrieve", item_id=item_id) == ["conversation.item.retrieved"]
    truncate = {"item_id": item_id, "content_index": 0, "audio_end_ms": 900}
    assert one.client("conversation.item.truncate", **truncate) == ["conversation.item.truncated"]
    assert one.state.scene().entries[0].text == "Your order"
    assert one.client("conversation.item.delete", item_id=item_id) == ["conversation.item.deleted"]
    assert one.state.scene().entries == ()


def test_committing_asks_for_the_buffer_and_transcribes_it(stage: Stages) -> None:
    one = stage()
    one.update(turn_detection=None)
    one.state.appended(500)
    assert one.client("input_audio_buffer.commit") == []
    assert one.steps[-1] == TakeBuffer()

    class Buffer:
        duration_ms = 500.0

    assert one.take(one.state.committed(Buffer())) == [
        "input_audio_buffer.committed",
        "conversation.item.created",
        "conversation.item.done",
    ]
    assert one.client("response.create") == ["response.created"]
    assert one.requests == []
    one.hears("By hand")
    assert one.requests[0].entries[0].text == "By hand"
    assert one.client("input_audio_buffer.commit") == ["error"]


def test_clearing_forgets_the_buffer(stage: Stages) -> None:
    one = stage()
    one.state.appended(500)
    assert one.client("input_audio_buffer.clear") == ["input_audio_buffer.cleared"]
    assert ForgetBuffer() in one.steps
    assert one.client("input_audio_buffer.commit") == ["error"]


def test_every_event_has_an_id_of_its_own(stage: Stages) -> None:
    one = stage()
    one.turn("Hello")
    one.say("Hi there.")
    one.done()
    ids = [event["event_id"] for event in one.events]
    assert len(ids) == len(set(ids))


def test_the_ear_may_look_at_conversation_and_tools(stage: Stages) -> None:
    one = stage()
    one.update(tools=[{"type": "function", "name": "f"}])
    one.client("conversation.item.create", item=user("Hi"))
    scene = one.state.scene()
    assert scene.tools[0]["name"] == "f"
    assert scene.entries[0].text == "Hi"


def test_a_response_may_commit_the_buffer_first(stage: Stages) -> None:
    one = stage()
    one.update(turn_detection=None)
    one.state.appended(500)
    assert one.client("response.create", response={"commit": True}) == []
    assert one.steps[-1] == TakeBuffer()
    told = one.take(one.state.committed(Heard()))
    assert told[0] == "input_audio_buffer.committed"
    assert told[-1] == "response.created"


def test_text_is_streamed_into_an_item(stage: Stages) -> None:
    one = stage()
    item = {"id": "mine", "type": "message", "role": "user", "content": [{"type": "input_text", "text": ""}]}
    one.client("conversation.item.create", item=item)
    for delta in ("Where ", "is it?"):
        assert one.client("input_text.delta", id="mine", delta=delta) == []
    assert one.client("input_text.done", id="mine") == []
    one.client("conversation.item.retrieve", item_id="mine")
    assert one.last("conversation.item.retrieved")["item"]["content"][0]["text"] == "Where is it?"
    assert one.client("input_text.delta", id="nobody", delta="x") == ["error"]
    assert one.client("input_text.delta", id="mine", delta="x", content_index=4) == ["error"]


def test_an_agents_instructions_are_its_own(stage: Stages) -> None:
    one = stage(model="", offer={"agent": "desk", "project": "calls"})
    assert one.last("session.created")["session"]["agent"]["name"] == "desk"
    assert one.update(instructions="Be rude.") == ["error"]
    assert one.client("response.create", response={"instructions": "Be rude."}) == ["error"]
    one.update(tools=[{"type": "function", "name": "f"}])
    assert one.last("session.updated")["session"]["tools"] == [], "what the agent decides is ignored"


def test_a_version_refuses_events_that_came_later(stage: Stages) -> None:
    old = stage(offer={"dialect": VOICE_LIVE["2025-10-01"]})
    assert old.client("input_text.done", id="x") == ["error"]
    assert "input_text.done" in old.last("error")["error"]["message"]
    assert old.client("output_audio_buffer.clear") == ["error"]
    assert stage().client("output_audio_buffer.clear") == ["output_audio_buffer.cleared"]


def test_openai_refuses_what_voice_live_overlooks(stage: Stages) -> None:
    one = stage(offer={"dialect": OPENAI})
    assert one.update(type="realtime", voise="alloy") == ["error"]
    assert one.last("error")["error"]["code"] == "unknown_parameter"
    assert one.update(voice="alloy") == ["error"]
    assert one.last("error")["error"]["param"] == "session.type"
    assert one.update(type="realtime", voice="marin") == ["session.updated"]
    assert one.update(type="transcription") == ["error"]


def test_a_session_with_impossible_settings_fails_at_every_response(stage: Stages) -> None:
    one = stage(model="gpt-5")
    assert one.update(temperature=0.7) == ["session.updated"]
    for _ in range(2):
        assert one.client("response.create") == ["response.created", "response.done"]
        done = one.last("response.done")["response"]
        assert (done["status"], done["status_details"]["error"]["code"]) == ("failed", "unsupported_parameter")
    one.update(temperature=None)
    assert one.client("response.create") == ["response.created"]
