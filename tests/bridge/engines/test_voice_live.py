"""The two tables of the dialect: what is sent for each command, what is heard in each event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.discreet import Words
from voiceagent.engines.voice_live import Hearing, message_of, session_of, speaks_exactly
from voiceagent.protocol.voice_live import decode_server, encode

AZURE = "en-US-Ava:DragonHDLatestNeural"
TOOL = c.ToolSpec("lookup", "Looks up", {"type": "object", "properties": {}})


def sent(command: c.EngineCommand, *, exact_voice: bool = True) -> dict[str, Any]:
    return encode(message_of(command, "c-1", exact_voice=exact_voice))


def heard(*messages: dict[str, Any]) -> list[e.Event]:
    hearing = Hearing()
    return [hearing.event_of(decode_server(json.dumps(message))) for message in messages]


def test_the_session_says_only_what_is_set() -> None:
    assert session_of(c.EngineSetup("", None, 24_000)) == {
        "modalities": ["text", "audio"],
        "input_audio_format": "pcm16",
        "output_audio_format": "pcm16",
        "input_audio_sampling_rate": 24_000,
        "turn_detection": {"create_response": True, "interrupt_response": True, "type": "server_vad"},
    }


def test_the_session_says_all_that_is_set() -> None:
    setup = c.EngineSetup(
        "Be kind.",
        AZURE,
        16_000,
        tools=(TOOL,),
        turn_detection={"type": "azure_semantic_vad", "interrupt_response": False},
        transcription={"model": "azure-speech", "language": "en-US"},
        options={"temperature": 0.7},
    )
    session = session_of(setup)
    assert session["output_audio_format"] == "pcm16_16000hz"
    assert session["voice"] == {"type": "azure-standard", "name": AZURE}
    assert session["turn_detection"] == {"type": "azure_semantic_vad", "create_response": True, "interrupt_response": False}
    assert session["input_audio_transcription"] == {"model": "azure-speech", "language": "en-US"}
    assert session["tools"] == [
        {"type": "function", "name": "lookup", "description": "Looks up", "parameters": dict(TOOL.parameters)}
    ]
    assert (session["instructions"], session["tool_choice"], session["temperature"]) == ("Be kind.", "auto", 0.7)


@pytest.mark.parametrize(
    ("voice", "object_", "exact"),
    [
        ("alloy", {"type": "openai", "name": "alloy"}, False),
        (AZURE, {"type": "azure-standard", "name": AZURE}, True),
        (
            {"type": "azure-custom", "name": "x", "endpoint_id": "y"},
            {"type": "azure-custom", "name": "x", "endpoint_id": "y"},
            True,
        ),
        ({"type": "openai", "name": "sage"}, {"type": "openai", "name": "sage"}, False),
    ],
)
def test_voices_are_told_by_their_kind_and_only_azures_speak_given_words(
    voice: Any, object_: dict[str, Any], exact: bool
) -> None:
    assert session_of(c.EngineSetup("", voice, 24_000))["voice"] == object_
    assert speaks_exactly(c.EngineSetup("", voice, 24_000)) is exact
    assert speaks_exactly(c.EngineSetup("", voice, 24_000, says_words=not exact)) is not exact


def test_without_a_voice_nothing_can_be_said_exactly() -> None:
    assert speaks_exactly(c.EngineSetup("", None, 24_000)) is False


def test_given_words_are_a_pre_generated_message_for_a_voice_that_can() -> None:
    assert sent(c.AskForReply(exactly=Words("Hello."))) == {
        "type": "response.create",
        "event_id": "c-1",
        "response": {
            "pre_generated_assistant_message": {
                "type": "message",
                "role": "assistant",
                "content": [{"type": "text", "text": "Hello."}],
            }
        },
    }


def test_given_words_are_an_instruction_for_a_voice_that_cannot() -> None:
    message = sent(c.AskForReply(exactly=Words("Hello.")), exact_voice=False)
    assert message["response"]["instructions"].endswith("word for word, and nothing else: Hello.")


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (c.AskForReply(), {"type": "response.create"}),
        (c.AskForReply(instructions="Greet."), {"type": "response.create", "additional_instructions": "Greet."}),
        (c.CancelReply("r1"), {"type": "response.cancel", "response_id": "r1"}),
        (
            c.TruncateItem("i1", 1320),
            {"type": "conversation.item.truncate", "item_id": "i1", "content_index": 0, "audio_end_ms": 1320},
        ),
        (
            c.GiveToolResult("t1", '{"ok":true}'),
            {
                "type": "conversation.item.create",
                "item": {"type": "function_call_output", "call_id": "t1", "output": '{"ok":true}'},
            },
        ),
        (
            c.AddUserText(Words("pressed 1")),
            {
                "type": "conversation.item.create",
                "item": {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "pressed 1"}]},
            },
        ),
    ],
)
def test_commands_on_the_wire(command: c.EngineCommand, expected: dict[str, Any]) -> None:
    assert sent(command) == {**expected, "event_id": "c-1"}


def test_configuring_sends_the_session() -> None:
    setup = c.EngineSetup("Be kind.", None, 24_000)
    assert sent(c.ConfigureEngine(setup)) == {"type": "session.update", "event_id": "c-1", "session": session_of(setup)}


def test_a_command_without_a_message_is_a_defect() -> None:
    with pytest.raises(TypeError, match="EngineCommand"):
        sent(c.EngineCommand())


PART = {"response_id": "r1", "item_id": "i1", "output_index": 0, "content_index": 0}


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ({"type": "session.created", "session": {"id": "s"}}, e.EngineNoted("session.created")),
        ({"type": "input_audio_buffer.speech_started", "audio_start_ms": 5, "item_id": "u"}, e.CallerSpeechStarted("u", 5)),
        ({"type": "input_audio_buffer.speech_stopped", "audio_end_ms": 9, "item_id": "u"}, e.CallerSpeechStopped("u", 9)),
        ({"type": "input_audio_buffer.committed", "item_id": "u", "previous_item_id": None}, e.CallerTurnCommitted("u")),
        (
            {
                "type": "conversation.item.input_audio_transcription.completed",
                "item_id": "u",
                "content_index": 0,
                "transcript": "Hi",
            },
            e.CallerTranscribed("u", Words("Hi")),
        ),
        (
            {
                "type": "conversation.item.input_audio_transcription.failed",
                "item_id": "u",
                "content_index": 0,
                "error": {"code": "x", "message": "y"},
            },
            e.CallerTranscriptionFailed("u", "x", "y"),
        ),
        (
            {"type": "conversation.item.truncated", "item_id": "i1", "content_index": 0, "audio_end_ms": 7},
            e.ItemTruncated("i1", 7),
        ),
        ({"type": "response.created", "response": {"id": "r1", "status": "in_progress"}}, e.ReplyStarted("r1")),
        ({"type": "response.audio_transcript.delta", **PART, "delta": "He"}, e.ReplyWordsArrived("r1", "i1", Words("He"))),
        ({"type": "response.text.delta", **PART, "delta": "He"}, e.ReplyWordsArrived("r1", "i1", Words("He"))),
        ({"type": "response.text.done", **PART, "text": "Hey"}, e.ReplyWordsEnded("r1", "i1", Words("Hey"))),
        (
            {"type": "response.audio_transcript.done", **PART, "transcript": "Hello"},
            e.ReplyWordsEnded("r1", "i1", Words("Hello")),
        ),
        ({"type": "response.audio.done", **PART}, e.ReplyAudioEnded("r1", "i1")),
        ({"type": "error", "error": {"code": "x", "message": "y", "event_id": "c-1"}}, e.EngineRefused("x", "y", "c-1")),
        ({"type": "rate_limits.updated", "rate_limits": []}, e.EngineNoted("rate_limits.updated")),
        ({"type": "a.thing.of.the.future", "x": 1}, e.EngineNoted("a.thing.of.the.future")),
    ],
)
def test_events_on_the_wire(message: dict[str, Any], event: e.Event) -> None:
    assert heard(message) == [event]


@pytest.mark.parametrize(("type_", "kind"), [("message", "speech"), ("function_call", "tool_call"), ("mcp_call", "other")])
def test_items_are_told_by_their_kind(type_: str, kind: Any) -> None:
    message = {
        "type": "response.output_item.added",
        "response_id": "r1",
        "output_index": 0,
        "item": {"id": "i1", "type": type_},
    }
    assert heard(message) == [e.ReplyItemAdded("r1", "i1", kind)]


def test_what_is_said_in_the_meantime_is_told_by_its_id() -> None:
    item = {"id": "interim_1", "type": "message"}
    message = {"type": "response.output_item.added", "response_id": "r1", "output_index": 0, "item": item}
    assert heard(message) == [e.ReplyItemAdded("r1", "interim_1", "interim")]


def test_the_first_confirmation_makes_the_engine_ready_and_later_ones_do_not() -> None:
    confirmed = {"type": "session.updated", "session": {"id": "s1", "model": "m", "expires_at": 9}}
    assert heard(confirmed, confirmed) == [e.EngineReady("s1", "m", 9), e.EngineNoted("session.updated")]


def test_a_tools_name_is_remembered_from_its_item() -> None:
    item = {"id": "i1", "type": "function_call", "name": "lookup", "call_id": "t1", "arguments": ""}
    added = {"type": "response.output_item.added", "response_id": "r1", "output_index": 0, "item": item}
    done = {
        "type": "response.function_call_arguments.done",
        "response_id": "r1",
        "item_id": "i1",
        "output_index": 0,
        "call_id": "t1",
        "arguments": "{}",
    }
    assert heard(added, done)[1] == e.ToolCalled("r1", "i1", "t1", "lookup", "{}")
    assert heard(added, {**done, "name": "other"})[1] == e.ToolCalled("r1", "i1", "t1", "other", "{}")


def test_a_reply_ends_with_its_reason_and_usage_whatever_its_status_is_called() -> None:
    cancelled = {"id": "r1", "status": "cancelled", "status_details": {"type": "cancelled", "reason": "turn_detected"}}
    strange = {"id": "r2", "status": "evaporated", "usage": {"total_tokens": 5}}
    assert heard({"type": "response.done", "response": cancelled}, {"type": "response.done", "response": strange}) == [
        e.ReplyEnded("r1", "cancelled", "turn_detected", {}),
        e.ReplyEnded("r2", "incomplete", "", {"total_tokens": 5}),
    ]


def test_a_reply_that_failed_carries_the_engines_own_words() -> None:
    error = {"type": "server_error", "code": None, "message": "The model produced no valid content."}
    failed = {"id": "r1", "status": "failed", "status_details": {"type": "failed", "error": error}}
    assert heard({"type": "response.done", "response": failed}) == [
        e.ReplyEnded("r1", "failed", "server_error: The model produced no valid content.", {})
    ]


@pytest.mark.parametrize(
    ("revised", "session"),
    [
        (c.ReviseEngine(instructions="Now bill."), {"instructions": "Now bill."}),
        (c.ReviseEngine(voice="alloy"), {"voice": {"type": "openai", "name": "alloy"}}),
        (c.ReviseEngine(tools=()), {"tools": []}),
        (
            c.ReviseEngine(turn_detection={"type": "server_vad", "create_response": False}),
            {"turn_detection": {"type": "server_vad", "create_response": False, "interrupt_response": True}},
        ),
    ],
)
def test_a_session_is_revised_by_what_changes_and_nothing_else(revised: c.ReviseEngine, session: dict[str, Any]) -> None:
    assert sent(revised) == {"type": "session.update", "event_id": "c-1", "session": session}


def test_a_tool_call_that_was_not_the_engines_is_put_into_its_memory() -> None:
    item = {"type": "function_call", "call_id": "keys-1", "name": "lookup", "arguments": "{}"}
    expected = {"type": "conversation.item.create", "event_id": "c-1", "item": item}
    assert sent(c.AddToolCall("keys-1", "lookup", "{}")) == expected


def test_what_the_agent_said_to_the_caller_is_put_into_the_memory_of_an_engine_that_did_not_say_it() -> None:
    item = {"type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hello."}]}
    assert sent(c.AddAgentText(Words("Hello."))) == {"type": "conversation.item.create", "event_id": "c-1", "item": item}


def test_words_of_the_caller_and_times_of_the_agents_words_are_heard_as_they_come() -> None:
    about = {"response_id": "r", "item_id": "i", "output_index": 0, "content_index": 0}
    timed = {"audio_offset_ms": 300, "audio_duration_ms": 250, "text": "two", "timestamp_type": "word"}
    words = {"type": "conversation.item.input_audio_transcription.delta", "item_id": "u", "content_index": 0, "delta": "Hi"}
    assert heard(words, {"type": "response.audio_timestamp.delta", **about, **timed}, {**words, "delta": ""}) == [
        e.CallerWordsArrived("u", Words("Hi")),
        e.ReplyWordTimed("r", "i", 300, 250),
        e.EngineNoted(words["type"]),
    ]


MCP = {"type": "mcp", "server_label": "crm", "server_url": "https://x", "require_approval": "always"}


def test_tools_of_the_engines_own_stand_beside_ours() -> None:
    session = session_of(c.EngineSetup("", None, 24_000, tools=(TOOL,), engine_tools=(MCP,)))
    assert [tool["type"] for tool in session["tools"]] == ["function", "mcp"]
    revised = sent(c.ReviseEngine(tools=(), engine_tools=(MCP,)))
    assert revised["session"] == {"tools": [MCP]}


def test_the_engine_asks_whether_it_may_and_is_answered() -> None:
    item = {"id": "mcpr_1", "type": "mcp_approval_request", "server_label": "crm", "name": "delete", "arguments": "{}"}
    added = {"type": "response.output_item.added", "event_id": "e", "response_id": "r", "output_index": 0, "item": item}
    assert heard(added) == [e.ApprovalAsked("r", "mcpr_1", "crm", "delete", "{}")]
    answer = {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": False}
    assert sent(c.AnswerApproval("mcpr_1", False))["item"] == answer


@pytest.mark.parametrize(
    ("found", "output", "failed"),
    [({"output": "Ann"}, "Ann", ""), ({"error": {"message": "broke"}}, "", "broke"), ({"error": "odd"}, "", "odd")],
)
def test_a_tool_that_the_engine_ran_itself_is_told_when_its_item_is_done(
    found: dict[str, Any], output: str, failed: str
) -> None:
    item = {"id": "m1", "type": "mcp_call", "server_label": "crm", "name": "find", "arguments": "{}", **found}
    done = {"type": "response.output_item.done", "event_id": "e", "response_id": "r", "output_index": 0, "item": item}
    assert heard(done) == [e.EngineToolRan("m1", "crm", "find", "{}", output, failed)]
