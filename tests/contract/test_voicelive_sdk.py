"""The official Python package for Voice Live against the emulator: what it sends is understood, what it gets it can read."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import contracts
import pytest
from azure.ai.voicelive.aio import VoiceLiveConnection, connect
from azure.ai.voicelive.models import (
    AssistantMessageItem,
    FunctionCallOutputItem,
    FunctionTool,
    InputTextContentPart,
    Modality,
    OutputTextContentPart,
    RequestSession,
    ResponseCreateParams,
    ServerVad,
    UserMessageItem,
)
from azure.core.credentials import AzureKeyCredential

from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.scripted import Scripted, Turn, tone
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator

KEY = "emulator-key"
AT_ONCE = EmulatorOptions(delta_interval_ms=0)
STILL_COMING = EmulatorOptions(delta_interval_ms=1e9)
SPEECH = bytes(24_000) + tone(700, 24_000) + bytes(48 * 600)
SESSION = RequestSession(modalities=[Modality.TEXT, Modality.AUDIO], turn_detection=ServerVad(), instructions="Help.")


@asynccontextmanager
async def connected(script: Scripted, options: EmulatorOptions = AT_ONCE) -> AsyncIterator[tuple[VoiceLiveConnection, Any]]:
    async with (
        contracts.checked() as tap,
        VoiceLiveEmulator(script, key=KEY, options=options, tap=tap) as emulator,
        connect(endpoint=emulator.endpoint, credential=AzureKeyCredential(KEY), model="gpt-realtime") as connection,
    ):
        yield connection, emulator


async def until(connection: VoiceLiveConnection, kind: str) -> list[Any]:
    """Events up to the first of a type."""
    events = []
    async with asyncio.timeout(10):
        async for event in connection:
            events.append(event)
            if event.type == kind:
                return events
    raise AssertionError(f"the session ended before {kind}")


async def speak(connection: VoiceLiveConnection) -> None:
    for at in range(0, len(SPEECH), 2400):
        chunk = SPEECH[at : at + 2400]
        await connection.input_audio_buffer.append(audio=base64.b64encode(chunk).decode())


async def test_a_spoken_turn_comes_back_as_typed_events() -> None:
    async with connected(Scripted([Turn(hear="hello", say="Hi, how can I help?", ms=1000)])) as (connection, emulator):
        await connection.session.update(session=SESSION)
        created, updated = (await until(connection, "session.updated"))[-2:]
        assert created.session.expires_at.timestamp() > 1.7e9
        assert updated.session.turn_detection.silence_duration_ms == 500
        await speak(connection)
        events = await until(connection, "response.done")
        sound = b"".join(event.delta for event in events if event.type == "response.audio.delta")
        assert len(sound) == 48_000
        assert events[-1].response.status == "completed"
        assert events[-1].response.usage.output_token_details.audio_tokens == 20
        assert [item["text"] for item in emulator.sessions()[0]["items"]] == ["hello", "Hi, how can I help?"]
        unknown = {event.type for event in events if type(event).__name__ == "ServerEvent"}
        assert unknown <= {"conversation.item.done"}


async def test_a_function_is_called_and_its_result_spoken() -> None:
    script = Scripted(
        [
            Turn(expect="order", call=[("lookup_order", {"order_id": "4271"}), ("log_visit", {})]),
            Turn(expect="shipped", say="It has been shipped.", ms=500),
        ]
    )
    tools = [FunctionTool(name="lookup_order", parameters={"type": "object"}), FunctionTool(name="log_visit")]
    async with connected(script) as (connection, emulator):
        await connection.session.update(session=RequestSession(tools=tools))
        question = UserMessageItem(content=[InputTextContentPart(text="Where is order 4271?")])
        await connection.conversation.item.create(item=question)
        await connection.response.create()
        events = await until(connection, "response.done")
        calls = [event for event in events if event.type == "response.function_call_arguments.done"]
        assert [(call.name, call.arguments) for call in calls] == [
            ("lookup_order", '{"order_id": "4271"}'),
            ("log_visit", "{}"),
        ]
        for call, output in zip(calls, ('"logged"', '{"status": "shipped"}'), strict=True):
            await connection.conversation.item.create(item=FunctionCallOutputItem(call_id=call.call_id, output=output))
        await connection.response.create()
        events = await until(connection, "response.done")
        assert events[-1].response.output[0].content[0].transcript == "It has been shipped."
        assert [tool.name for tool in await tools_of(connection)] == ["lookup_order", "log_visit"]
        assert len(emulator.sessions()[0]["items"]) == 6


async def tools_of(connection: VoiceLiveConnection) -> list[Any]:
    await connection.session.update(session=RequestSession(instructions="Same tools."))
    updated = (await until(connection, "session.updated"))[-1]
    return list(updated.session.tools)


async def test_speaking_into_an_answer_cancels_it() -> None:
    script = Scripted([Turn(say="A long story.", ms=20_000), Turn(say="Yes?", ms=100)])
    async with connected(script, STILL_COMING) as (connection, _):
        await connection.session.update(session=SESSION)
        await connection.response.create()
        await until(connection, "response.audio.delta")
        await speak(connection)
        events = await until(connection, "response.done")
        assert "input_audio_buffer.speech_started" in [event.type for event in events]
        assert events[-1].response.status == "cancelled"
        assert events[-1].response.status_details.reason == "turn_detected"
        await until(connection, "response.created")


async def test_truncation_ends_the_memory_where_hearing_ended() -> None:
    script = Scripted(
        [Turn(say="Your order has been shipped and will arrive tomorrow.", ms=2650), Turn(expect="Your order has been")]
    )
    async with connected(script) as (connection, emulator):
        await connection.response.create()
        done = (await until(connection, "response.done"))[-1]
        item_id = done.response.output[0].id
        await connection.conversation.item.truncate(item_id=item_id, content_index=0, audio_end_ms=1000)
        truncated = (await until(connection, "conversation.item.truncated"))[-1]
        assert (truncated.item_id, truncated.audio_end_ms) == (item_id, 1000)
        assert emulator.sessions()[0]["items"][0]["text"] == "Your order has been"
        await connection.response.create()
        assert (await until(connection, "response.done"))[-1].response.status == "completed"


async def test_a_greeting_is_spoken_word_for_word() -> None:
    async with connected(Scripted()) as (connection, _):
        message = AssistantMessageItem(content=[OutputTextContentPart(text="Welcome to Contoso.")])
        await connection.response.create(response=ResponseCreateParams(pre_generated_assistant_message=message))
        done = (await until(connection, "response.done"))[-1]
        assert done.response.output[0].content[0].transcript == "Welcome to Contoso."


async def test_errors_name_the_event_and_leave_the_session_open() -> None:
    async with connected(Scripted([Turn(say="Long.", ms=20_000)]), STILL_COMING) as (connection, _):
        await connection.send({"type": "response.cancel", "event_id": "c1"})
        error = (await until(connection, "error"))[-1].error
        assert (error.code, error.event_id) == ("response_cancel_not_active", "c1")
        await connection.response.create()
        await connection.response.create(event_id="c2")
        error = (await until(connection, "error"))[-1].error
        assert (error.code, error.event_id) == ("conversation_already_has_active_response", "c2")
        await connection.send({"type": "no.such.event"})
        assert (await until(connection, "error"))[-1].error.type == "invalid_request_error"
        await connection.conversation.item.retrieve(item_id="item_nobody")
        assert (await until(connection, "error"))[-1].error.code == "item_retrieve_invalid_item_id"
        await connection.response.cancel()
        assert (await until(connection, "response.done"))[-1].response.status == "cancelled"


async def test_a_wrong_key_is_a_refused_connection() -> None:
    async with VoiceLiveEmulator(Scripted(), key=KEY) as emulator:
        with pytest.raises(Exception, match="401"):
            async with connect(endpoint=emulator.endpoint, credential=AzureKeyCredential("wrong"), model="gpt-realtime"):
                pass


@pytest.mark.engine
async def test_the_embedded_engine_holds_a_call_through_the_sdk() -> None:
    from voiceagent.config.schema import ThinkerRule, ThinkerSection, ThinkerSlot
    from voiceagent.emulators.voice_live.embedded import Embedded
    from voiceagent.speech.parts import load_parts

    slot = ThinkerSlot(min_digits=4, max_digits=4)
    rule = ThinkerRule(name="order", match=["order"], tool="lookup_order", slots={"order_id": slot}, reply="It is {status}.")
    async with (
        load_parts(ThinkerSection(rules=[rule])) as parts,
        VoiceLiveEmulator(Embedded(parts), key=KEY, options=AT_ONCE) as emulator,
        connect(endpoint=emulator.endpoint, credential=AzureKeyCredential(KEY), model="gpt-realtime") as connection,
    ):
        await connection.session.update(session=RequestSession(tools=[FunctionTool(name="lookup_order")]))
        words = b"".join(parts.voice.stream("Where is my order four two seven one?", rate=24_000, variant="caller-high"))
        sound = bytes(12_000) + words + bytes(48 * 1500)
        for at in range(0, len(sound), 960):
            await connection.input_audio_buffer.append(audio=base64.b64encode(sound[at : at + 960]).decode())
        call = (await until(connection, "response.function_call_arguments.done"))[-1]
        assert (call.name, call.arguments) == ("lookup_order", '{"order_id": "4271"}')
        await until(connection, "response.done")
        await connection.conversation.item.create(
            item=FunctionCallOutputItem(call_id=call.call_id, output='{"status": "shipped"}')
        )
        await connection.response.create()
        done = (await until(connection, "response.done"))[-1]
        assert done.response.output[0].content[0].transcript == "It is shipped."
