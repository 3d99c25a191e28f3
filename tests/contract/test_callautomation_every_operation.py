"""Every operation of Call Automation, by both of Azure's clients; all on the wire is held against Azure's contract."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import contracts
import pytest
from azure.communication.callautomation import (
    CallAutomationClient,
    CommunicationUserIdentifier,
    DtmfTone,
    PhoneNumberIdentifier,
    RecognizeInputType,
    TextSource,
    TranscriptionOptions,
)
from azure.communication.callautomation.aio import CallAutomationClient as AsyncClient
from azure.core.credentials import AzureKeyCredential

_SPEC = spec_from_file_location("callautomation_sdk", Path(__file__).with_name("test_callautomation_sdk.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
sdk = sys.modules.setdefault("callautomation_sdk", module_from_spec(_SPEC))
_SPEC.loader.exec_module(sdk)

CALLER = PhoneNumberIdentifier("+14255550100")
HUMAN, OURS = sdk.HUMAN, sdk.OURS
SWAGGER = json.loads((Path(__file__).parents[1] / "data/acs/callautomation-2026-03-12.derived.swagger.json").read_text())
CALLS, RECORDINGS = "/calling/callConnections", "/calling/recordings"


class Seen:
    """The operations that were seen to succeed. What they say is looked at by `contracts`."""

    def __init__(self) -> None:
        self.covered: set[str] = set()

    def see(self, response: Any) -> None:
        """A `raw_response_hook`."""
        request, answer = response.http_request, response.http_response
        found = contracts.operation(request.method, urlsplit(request.url).path)
        assert found is not None
        if answer.status_code < 300:
            self.covered.add(found[0])


class Phone:
    """The same calls for both clients: the synchronous one runs in a thread."""

    def __init__(self, world: Any, client: Any) -> None:
        self.world = world
        self.client = client
        self.callback = world.app.url + "/callback"

    async def do(self, method: Any, *args: Any, **named: Any) -> Any:
        if inspect.iscoroutinefunction(inspect.unwrap(method)):
            return await method(*args, **named)
        found = await asyncio.to_thread(method, *args, **named)
        return await found if inspect.isawaitable(found) else found

    async def participants(self, call: Any) -> list[str]:
        pages = call.list_participants()
        people = [one async for one in pages] if hasattr(pages, "__aiter__") else await asyncio.to_thread(list, pages)
        return [one.identifier.raw_id for one in people]

    async def told(self, kind: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.world.app.callback(kind)
        return found


@asynccontextmanager
async def a_phone(kind: str, seen: Seen) -> AsyncIterator[Phone]:
    async with sdk.a_world(replace(sdk.QUICK, patience_ms=60, greeting_wait_ms=100, answer_wait_ms=100)) as world:
        credential = AzureKeyCredential(world.emulator.key)
        client: Any = (CallAutomationClient if kind == "sync" else AsyncClient)(
            world.emulator.url, credential, raw_response_hook=seen.see
        )
        try:
            yield Phone(world, client)
        finally:
            closing = client.close()
            if closing is not None:
                await closing


@pytest.mark.parametrize("kind", ["sync", "aio"])
async def test_every_operation_succeeds_and_speaks_the_contract(kind: str, covered: Any) -> None:
    seen = Seen()
    async with a_phone(kind, seen) as phone:
        await _turn_calls_away(phone)
        call = await _answer(phone)
        await _people(phone, call)
        await _media(phone, call)
        await _keys(phone, call)
        await _streams(phone, call)
        await _recording(phone, call)
        await _calls_of_our_own(phone, call)
        await phone.do(call.transfer_call_to_participant, HUMAN, operation_context="over to you")
        await phone.do(call.hang_up, True)
    everything = {one["operationId"] for path in SWAGGER["paths"].values() for key, one in path.items() if key != "parameters"}
    assert len(everything) == 34
    covered(f"azure-communication-callautomation, {kind}", seen.covered, everything)


async def _turn_calls_away(phone: Phone) -> None:
    await phone.do(phone.client.reject_call, await phone.world.ring(), call_reject_reason="forbidden")
    await phone.do(phone.client.redirect_call, await phone.world.ring(), HUMAN)


async def _answer(phone: Phone) -> Any:
    transcription = TranscriptionOptions(
        transport_url=phone.world.app.media_url, transport_type="websocket", locale="en-US", start_transcription=False
    )
    answered = await phone.do(
        phone.client.answer_call,
        await phone.world.ring(human="no_answer", ring_ms=20_000),
        phone.callback,
        media_streaming=phone.world.media(start_media_streaming=False),
        transcription=transcription,
        cognitive_services_endpoint="https://cognitive.example",
        operation_context="answer",
    )
    await phone.told("ParticipantsUpdated")
    call = phone.client.get_call_connection(answered.call_connection_id)
    seen = await phone.do(call.get_call_properties)
    assert seen.call_connection_state == "connected"
    return call


async def _people(phone: Phone, call: Any) -> None:
    caller, us = await phone.participants(call)
    assert caller == CALLER.raw_id
    assert (await phone.do(call.get_participant, CALLER)).is_muted is False
    seen = await phone.do(call.get_participant, CommunicationUserIdentifier(us))
    await phone.do(call.mute_participant, seen.identifier, operation_context="quiet")
    added = await phone.do(call.add_participant, HUMAN, source_caller_id_number=OURS, operation_context="help")
    await phone.do(call.cancel_add_participant_operation, added.invitation_id)
    await phone.told("CancelAddParticipantSucceeded")


async def _media(phone: Phone, call: Any) -> None:
    await phone.do(call.play_media, TextSource(text="Hi.", voice_name="x"), operation_context="hello")
    assert (await phone.told("PlayStarted"))["data"]["operationContext"] == "hello"
    await phone.told("PlayCompleted")
    await phone.do(
        call.start_recognizing_media,
        RecognizeInputType.DTMF,
        CALLER,
        play_prompt=TextSource(text="Keys?"),
        dtmf_max_tones_to_collect=3,
        dtmf_stop_tones=[DtmfTone.POUND],
        operation_callback_url=phone.world.app.url + "/elsewhere",
    )
    await phone.do(call.cancel_all_media_operations)
    assert (await phone.told("RecognizeCanceled"))["to"] == "/elsewhere"
    await phone.do(call.hold, CALLER, play_source=TextSource(text="La la."))
    assert (await phone.do(call.get_participant, CALLER)).is_on_hold
    await phone.do(call.unhold, CALLER)


async def _keys(phone: Phone, call: Any) -> None:
    await phone.do(call.start_continuous_dtmf_recognition, CALLER, operation_context="keys")
    await phone.world.http.post(f"/emulator/calls/{phone.world.call_id}/steps", json={"steps": [{"silence": 1}, {"dtmf": "#"}]})
    tone = await phone.told("ContinuousDtmfRecognitionToneReceived")
    assert (tone["data"]["tone"], tone["data"]["sequenceId"]) == ("pound", 1)
    await phone.do(call.stop_continuous_dtmf_recognition, CALLER)
    await phone.told("ContinuousDtmfRecognitionStopped")
    sent = await phone.do(call.send_dtmf_tones, [DtmfTone.ONE], CALLER, operation_context="tones")
    assert sent.operation_context == "tones"
    await phone.told("SendDtmfTonesCompleted")


async def _streams(phone: Phone, call: Any) -> None:
    await phone.do(call.start_media_streaming)
    await phone.told("MediaStreamingStarted")
    await phone.do(call.stop_media_streaming)
    await phone.told("MediaStreamingStopped")
    await phone.do(call.start_transcription, locale="en-GB", operation_context="write")
    await phone.told("TranscriptionStarted")
    metadata = [frame for frame in phone.world.app.frames if frame["kind"] == "TranscriptionMetadata"]
    assert metadata[0]["transcriptionMetadata"]["locale"] == "en-GB"
    await phone.do(call.update_transcription, locale="de-DE")
    updated = await phone.told("TranscriptionUpdated")
    assert updated["data"]["transcriptionUpdate"]["transcriptionStatusDetails"] == "transcriptionLocaleUpdated"
    await phone.do(call.stop_transcription)
    await phone.told("TranscriptionStopped")


async def _recording(phone: Phone, call: Any) -> None:
    connection_id = (await phone.do(call.get_call_properties)).call_connection_id
    started = await phone.do(
        phone.client.start_recording,
        call_connection_id=connection_id,
        recording_content_type="audio",
        recording_channel_type="unmixed",
        recording_format_type="wav",
        recording_state_callback_url=phone.callback,
    )
    await phone.do(phone.client.pause_recording, started.recording_id)
    await phone.do(phone.client.resume_recording, started.recording_id)
    assert (await phone.do(phone.client.get_recording_properties, started.recording_id)).recording_state == "active"
    await phone.do(phone.client.stop_recording, started.recording_id)
    event = await asyncio.wait_for(phone.world.app.events.get(), 5)
    assert event["data"]["recordingChannelType"] == "Unmixed"


async def _calls_of_our_own(phone: Phone, call: Any) -> None:
    """Place one, pull its callee over here, send that one away; join the call with a second leg."""
    created = await phone.do(
        phone.client.create_call,
        HUMAN,
        phone.world.app.url + "/second",
        source_caller_id_number=OURS,
        operation_context="second",
    )
    await phone.world.app.until(lambda: "/second" in [c["to"] for c in phone.world.app.callbacks])
    moved = await phone.do(call.move_participants, [HUMAN], created.call_connection_id, operation_context="over here")
    assert moved.operation_context == "over here"
    await phone.told("MoveParticipantSucceeded")
    assert HUMAN.raw_id in await phone.participants(call)
    await phone.do(call.remove_participant, HUMAN)
    server_call_id = (await phone.do(call.get_call_properties)).server_call_id
    joined = await phone.do(
        phone.client.connect_call, phone.world.app.url + "/third", server_call_id=server_call_id, operation_context="third"
    )
    await phone.world.app.until(lambda: "/third" in [c["to"] for c in phone.world.app.callbacks])
    await phone.do(phone.client.get_call_connection(joined.call_connection_id).hang_up, False)
