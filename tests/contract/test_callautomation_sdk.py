"""Azure's own client, unmodified, against the emulated network: every operation, its status, its errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import contracts
import fake_app
import httpx
import pytest
from azure.communication.callautomation import (
    AudioFormat,
    CallAutomationClient,
    MediaStreamingAudioChannelType,
    MediaStreamingContentType,
    MediaStreamingOptions,
    PhoneNumberIdentifier,
    StreamingTransportType,
)
from azure.communication.callautomation.aio import CallAutomationClient as AsyncClient
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError

from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.serve import AcsEmulator

HUMAN = PhoneNumberIdentifier("+14255550177")
OURS = PhoneNumberIdentifier("+14255550100")
QUICK = NetworkOptions(
    connect_ms=20, human_answers_ms=60, human_busy_ms=40, human_declines_ms=40, human_gives_up_ms=80, together_ms=60, seed=7
)


class World:
    """An emulator, an app that is subscribed to it, and both of Azure's clients."""

    def __init__(self, emulator: AcsEmulator, app: Any, http: httpx.AsyncClient) -> None:
        self.emulator = emulator
        self.app = app
        self.http = http
        credential = AzureKeyCredential(emulator.key)
        self.client = CallAutomationClient(emulator.url, credential)
        self.aio = AsyncClient(emulator.url, credential)

    async def ring(self, **order: Any) -> str:
        """Place a call; returns its incomingCallContext as the app got it."""
        answer = await self.http.post("/emulator/calls", json={"hang_up_after": False, **order})
        assert answer.status_code == 201, answer.text
        self.call_id = answer.json()["call_id"]
        event = await asyncio.wait_for(self.app.events.get(), 5)
        context: str = event["data"]["incomingCallContext"]
        return context

    def media(self, **more: Any) -> MediaStreamingOptions:
        return MediaStreamingOptions(
            transport_url=self.app.media_url,
            transport_type=StreamingTransportType.WEBSOCKET,
            content_type=MediaStreamingContentType.AUDIO,
            audio_channel_type=MediaStreamingAudioChannelType.MIXED,
            enable_bidirectional=True,
            audio_format=AudioFormat.PCM24_K_MONO,
            **{"start_media_streaming": True, **more},
        )

    async def connected(self, media: MediaStreamingOptions | None = None, **order: Any) -> str:
        """Ring, answer with the asynchronous client, wait until connected; returns the connection id."""
        context = await self.ring(**order)
        answered = await self.aio.answer_call(
            context, self.app.url + "/callback", media_streaming=media, operation_context="answer"
        )
        await self.app.callback("ParticipantsUpdated")
        connection_id: str = answered.call_connection_id
        return connection_id


@asynccontextmanager
async def a_world(options: NetworkOptions = QUICK) -> AsyncIterator[World]:
    async with (
        fake_app.FakeApp().running() as app,
        contracts.checked() as tap,
        AcsEmulator(options=options, voice=fake_app.FakeVoice, tap=tap) as emulator,
        httpx.AsyncClient(base_url=emulator.url) as http,
    ):
        subscribed = await http.put("/emulator/subscription", json={"endpoint": app.url + "/events"})
        assert subscribed.status_code == 200, subscribed.text
        world = World(emulator, app, http)
        try:
            yield world
        finally:
            await world.aio.close()
            world.client.close()


async def test_a_call_is_answered_by_the_synchronous_client_and_hung_up_for_everyone() -> None:
    async with a_world() as world:
        context = await world.ring()
        answered = await asyncio.to_thread(
            world.client.answer_call, context, world.app.url + "/callback", operation_context="greeting"
        )
        assert answered.call_connection_state == "connecting"
        connected = await world.app.callback("CallConnected")
        assert connected["data"]["operationContext"] == "greeting"
        call = world.client.get_call_connection(answered.call_connection_id)
        seen = await asyncio.to_thread(call.get_call_properties)
        assert (seen.call_connection_state, seen.correlation_id) == ("connected", answered.correlation_id)
        await asyncio.to_thread(call.hang_up, True)
        await world.app.callback("CallDisconnected")
        with pytest.raises(ResourceNotFoundError) as gone:
            await asyncio.to_thread(call.get_call_properties)
        assert gone.value.error.code == "8522"


async def test_media_opens_before_the_call_is_reported_connected() -> None:
    async with a_world() as world:
        await world.connected(world.media())
        await world.app.callback("MediaStreamingStarted")
        assert world.app.types()[:3] == ["CallConnected", "ParticipantsUpdated", "MediaStreamingStarted"]
        await world.app.until(lambda: len(world.app.frames) > 2)
        assert world.app.frames[0]["audioMetadata"]["length"] == 960
        assert {"x-ms-call-connection-id", "x-ms-call-correlation-id", "authorization"} <= set(world.app.media_headers[0])


async def test_participants_are_listed_read_muted_and_removed() -> None:
    async with a_world() as world:
        call = world.aio.get_call_connection(await world.connected())
        people = [one async for one in call.list_participants()]
        assert [one.identifier.raw_id for one in people] == ["4:+14255550100", people[1].identifier.raw_id]
        caller, us = (one.identifier for one in people)
        seen = await call.get_participant(caller)
        assert (seen.identifier.raw_id, seen.is_muted) == ("4:+14255550100", False)
        await call.mute_participant(us, operation_context="quiet")
        assert (await call.get_participant(us)).is_muted
        with pytest.raises(HttpResponseError) as refused:
            await call.mute_participant(caller)
        assert (refused.value.status_code, refused.value.error.code) == (400, "8523")
        removed = await call.remove_participant(caller, operation_context="bye")
        assert removed.operation_context == "bye"
        await world.app.callback("CallDisconnected")
        assert world.app.types()[-2:] == ["RemoveParticipantSucceeded", "CallDisconnected"]


async def test_the_synchronous_client_reads_a_participant_whose_colon_stays_encoded() -> None:
    async with a_world() as world:
        call = world.client.get_call_connection(await world.connected())
        seen = await asyncio.to_thread(call.get_participant, PhoneNumberIdentifier("+14255550100"))
        assert seen.identifier.raw_id == "4:+14255550100"
        assert [p.is_on_hold for p in await asyncio.to_thread(lambda: list(call.list_participants()))] == [False, False]


async def test_a_human_is_added_and_stays_with_the_caller_when_we_leave() -> None:
    async with a_world() as world:
        call = world.aio.get_call_connection(await world.connected())
        added = await call.add_participant(
            HUMAN,
            source_caller_id_number=OURS,
            invitation_timeout=30,
            operation_context="transfer",
            operation_callback_url=world.app.url + "/elsewhere",
        )
        assert added.invitation_id
        assert added.participant.identifier.raw_id == "4:+14255550177"
        joined = await world.app.callback("AddParticipantSucceeded")
        assert (joined["to"], joined["data"]["operationContext"]) == ("/elsewhere", "transfer")
        assert joined["data"]["participant"]["rawId"] == "4:+14255550177"
        roster = (
            await world.app.until(lambda: [c for c in world.app.callbacks if c["type"].endswith("ParticipantsUpdated")][1:])
        )[0]
        assert roster["data"]["sequenceNumber"] == 2
        assert len(roster["data"]["participants"]) == 3
        await call.hang_up(False)
        await world.app.callback("CallDisconnected")
        state = (await world.http.get(f"/emulator/calls/{world.call_id}")).json()
        assert state["state"] == "handed_over"


@pytest.mark.parametrize(("human", "code", "subcode"), [("busy", 486, 8539), ("declined", 603, 8538), ("no_answer", 480, 8541)])
async def test_a_human_who_cannot_be_reached_is_reported_with_the_reason(human: str, code: int, subcode: int) -> None:
    async with a_world() as world:
        call = world.aio.get_call_connection(await world.connected(human=human))
        await call.add_participant(HUMAN, source_caller_id_number=OURS, operation_context="transfer")
        failed = await world.app.callback("AddParticipantFailed")
        assert failed["data"]["operationContext"] == "transfer"
        result = failed["data"]["resultInformation"]
        assert (result["code"], result["subCode"], result["sipDetails"]["code"]) == (code, subcode, code)
        assert len([one async for one in call.list_participants()]) == 2


async def test_adding_a_telephone_without_a_caller_id_is_refused() -> None:
    async with a_world() as world:
        call = world.aio.get_call_connection(await world.connected())
        with pytest.raises(HttpResponseError) as refused:
            await call.add_participant(HUMAN)
        assert (refused.value.status_code, refused.value.error.code) == (400, "8523")


async def test_an_invitation_is_cancelled_while_it_rings_and_not_afterwards() -> None:
    async with a_world() as world:
        call = world.aio.get_call_connection(await world.connected(human="no_answer", ring_ms=20_000))
        added = await call.add_participant(HUMAN, source_caller_id_number=OURS)
        cancelled = await call.cancel_add_participant_operation(added.invitation_id, operation_context="never mind")
        assert cancelled.invitation_id == added.invitation_id
        told = await world.app.callback("CancelAddParticipantSucceeded")
        assert told["data"]["invitationId"] == added.invitation_id
        await call.cancel_add_participant_operation(added.invitation_id)
        await world.app.callback("CancelAddParticipantFailed")
        with pytest.raises(ResourceNotFoundError):
            await call.cancel_add_participant_operation("no-such-invitation")


async def test_a_transfer_that_is_answered_ends_our_leg() -> None:
    async with a_world() as world:
        call = world.aio.get_call_connection(await world.connected())
        transferred = await call.transfer_call_to_participant(HUMAN, operation_context="over to you")
        assert transferred.operation_context == "over to you"
        accepted = await world.app.callback("CallTransferAccepted")
        assert accepted["data"]["transferTarget"]["rawId"] == "4:+14255550177"
        assert accepted["data"]["transferee"]["rawId"] == "4:+14255550100"
        await world.app.callback("CallDisconnected")
        assert world.app.types()[-1] == "CallDisconnected"


async def test_a_transfer_that_fails_leaves_the_call_with_us() -> None:
    async with a_world() as world:
        call = world.aio.get_call_connection(await world.connected(human="busy", ring_ms=400))
        await call.transfer_call_to_participant(HUMAN)
        assert (await call.get_call_properties()).call_connection_state == "transferring"
        failed = await world.app.callback("CallTransferFailed")
        assert failed["data"]["resultInformation"]["subCode"] == 8539
        assert (await call.get_call_properties()).call_connection_state == "connected"


async def test_media_streaming_starts_and_stops_on_request() -> None:
    async with a_world() as world:
        connection_id = await world.connected(world.media(start_media_streaming=False))
        call = world.aio.get_call_connection(connection_id)
        assert (await call.get_call_properties()).media_streaming_subscription.state == "inactive"
        with pytest.raises(HttpResponseError) as refused:
            await call.stop_media_streaming()
        assert refused.value.error.code == "8585"
        await call.start_media_streaming(operation_context="now")
        started = await world.app.callback("MediaStreamingStarted")
        assert started["data"]["operationContext"] == "now"
        assert started["data"]["mediaStreamingUpdate"]["mediaStreamingStatusDetails"] == "subscriptionStarted"
        await call.stop_media_streaming(operation_callback_url=world.app.url + "/elsewhere")
        assert (await world.app.callback("MediaStreamingStopped"))["to"] == "/elsewhere"
        assert (await call.get_call_properties()).media_streaming_subscription.state == "inactive"


async def test_media_that_was_not_configured_cannot_be_started() -> None:
    async with a_world() as world:
        call = world.client.get_call_connection(await world.connected())
        with pytest.raises(HttpResponseError) as refused:
            await asyncio.to_thread(call.start_media_streaming)
        assert (refused.value.status_code, refused.value.error.code) == (405, "8522")


async def test_a_media_socket_that_is_refused_leaves_the_call_up() -> None:
    async with a_world() as world:
        world.app.refuse_media = True
        call = world.aio.get_call_connection(await world.connected(world.media()))
        failed = await world.app.callback("MediaStreamingFailed")
        assert failed["data"]["mediaStreamingUpdate"]["mediaStreamingStatusDetails"] == "authenticationFailure"
        assert world.app.types() == ["CallConnected", "ParticipantsUpdated", "MediaStreamingFailed"]
        world.app.refuse_media = False
        await call.start_media_streaming()
        await world.app.callback("MediaStreamingStarted")


async def test_a_recording_is_started_paused_resumed_stopped_and_kept() -> None:
    async with a_world() as world:
        connection_id = await world.connected(world.media())
        properties = await world.aio.get_call_connection(connection_id).get_call_properties()
        recording = await world.aio.start_recording(
            server_call_id=properties.server_call_id,
            recording_state_callback_url=world.app.url + "/recording",
            recording_content_type="audio",
            recording_channel_type="mixed",
            recording_format_type="wav",
        )
        assert recording.recording_state == "active"
        with pytest.raises(HttpResponseError) as refused:
            await asyncio.to_thread(world.client.start_recording, call_connection_id=connection_id)
        assert refused.value.error.code == "8553"
        await world.aio.pause_recording(recording.recording_id)
        assert (await world.aio.get_recording_properties(recording.recording_id)).recording_state == "inactive"
        await world.aio.resume_recording(recording.recording_id)
        frames = len(world.app.frames)
        await world.app.until(lambda: len(world.app.frames) > frames + 3)
        await world.aio.stop_recording(recording.recording_id)
        changes = await world.app.until(lambda: [c for c in world.app.callbacks if "Recording" in c["type"]][3:])
        assert [changes[0]["to"], changes[0]["data"]["state"]] == ["/recording", "inactive"]
        event = await asyncio.wait_for(world.app.events.get(), 5)
        chunk = event["data"]["recordingStorageInfo"]["recordingChunks"][0]
        file = await world.http.get(chunk["contentLocation"])
        assert (file.status_code, file.content[:4]) == (200, b"RIFF")
        metadata = (await world.http.get(chunk["metadataLocation"])).json()
        assert metadata["chunkDocumentId"] == chunk["documentId"]
        assert len(metadata["pauseResumeIntervals"]) == 1
        assert (await world.http.delete(chunk["deleteLocation"])).status_code == 200
        assert (await world.http.get(chunk["contentLocation"])).status_code == 404


async def test_a_call_that_has_ended_or_never_was_is_not_found() -> None:
    async with a_world() as world:
        connection_id = await world.connected()
        call = world.aio.get_call_connection(connection_id)
        await call.hang_up(True)
        for attempt in (call.hang_up(True), call.hang_up(False), call.get_call_properties(), call.start_media_streaming()):
            with pytest.raises(ResourceNotFoundError) as gone:
                await attempt
            assert gone.value.error.code == "8522"
        with pytest.raises(ResourceNotFoundError):
            await world.aio.get_call_connection("never-was").get_call_properties()


async def test_actions_before_the_call_is_connected_are_too_early() -> None:
    async with a_world(NetworkOptions(connect_ms=60_000)) as world:
        answered = await world.aio.answer_call(await world.ring(), world.app.url + "/callback")
        call = world.aio.get_call_connection(answered.call_connection_id)
        with pytest.raises(HttpResponseError) as refused:
            await call.add_participant(HUMAN, source_caller_id_number=OURS)
        assert (refused.value.status_code, refused.value.error.code) == (400, "8501")


async def test_a_call_is_rejected_or_redirected_once() -> None:
    async with a_world() as world:
        context = await world.ring()
        await asyncio.to_thread(world.client.reject_call, context, call_reject_reason="busy")
        assert (await world.http.get(f"/emulator/calls/{world.call_id}")).json()["outcome"] == "rejected"
        with pytest.raises(HttpResponseError) as stale:
            await world.aio.answer_call(context, world.app.url + "/callback")
        assert "Lifetime validation of the signed http request failed" in str(stale.value)
        context = await world.ring()
        await world.aio.redirect_call(context, HUMAN)
        assert (await world.http.get(f"/emulator/calls/{world.call_id}")).json()["outcome"] == "redirected"
        assert world.app.callbacks == []


async def test_answering_twice_conflicts() -> None:
    async with a_world() as world:
        context = await world.ring()
        await world.aio.answer_call(context, world.app.url + "/callback")
        with pytest.raises(HttpResponseError) as twice:
            await world.aio.answer_call(context, world.app.url + "/callback")
        assert (twice.value.status_code, twice.value.error.code) == (409, "8519")


async def test_answering_after_the_ring_is_stale() -> None:
    async with a_world(NetworkOptions(ring_ms=20)) as world:
        context = await world.ring()
        async with world.http.stream("GET", f"/emulator/calls/{world.call_id}/events") as lines:
            kinds = [line async for line in lines.aiter_lines()]
        assert "not_answered" in kinds[-1]
        with pytest.raises(HttpResponseError, match="Lifetime validation"):
            await world.aio.answer_call(context, world.app.url + "/callback")


async def test_a_wrong_key_is_refused_by_both_clients() -> None:
    async with a_world() as world:
        context = await world.ring()
        wrong = AzureKeyCredential("d3Jvbmcga2V5")
        async with AsyncClient(world.emulator.url, wrong) as aio:
            with pytest.raises(ClientAuthenticationError) as refused:
                await aio.answer_call(context, world.app.url + "/callback")
        assert (refused.value.status_code, refused.value.error.code) == (401, "Unauthorized")
        client = CallAutomationClient(world.emulator.url, wrong)
        with pytest.raises(ClientAuthenticationError):
            await asyncio.to_thread(client.answer_call, context, world.app.url + "/callback")
        client.close()
        assert (await world.http.post("/calling/callConnections:answer", json={})).status_code == 401


async def test_a_repeated_request_gets_the_first_answer() -> None:
    async with a_world() as world:
        context = await world.ring()
        again = {"Repeatability-Request-ID": "0c6f0d5e-0000-4000-8000-000000000001"}
        first = await world.aio.answer_call(context, world.app.url + "/callback", headers=again)
        second = await world.aio.answer_call(context, world.app.url + "/callback", headers=again)
        assert first.call_connection_id == second.call_connection_id
        await world.app.callback("ParticipantsUpdated")
        assert world.app.types().count("CallConnected") == 1


async def test_callbacks_carry_a_token_that_the_published_keys_verify() -> None:
    import jwt

    async with a_world() as world:
        await world.connected(world.media())
        configuration = (await world.http.get("/calling/.well-known/acsopenidconfiguration")).json()
        keys = jwt.PyJWKSet.from_dict((await world.http.get(configuration["jwks_uri"])).json())
        bearers = [headers["authorization"] for headers in (*world.app.callback_headers, *world.app.media_headers)]
        tokens = [bearer.removeprefix("Bearer ") for bearer in bearers]
        lives = []
        for token in tokens:
            claims = jwt.decode(
                token,
                keys[jwt.get_unverified_header(token)["kid"]],
                algorithms=["RS256"],
                audience=world.emulator.resource_id,
                issuer=configuration["issuer"],
            )
            lives.append(claims["exp"] - claims["iat"])
        assert set(lives[:-1]) == {300}
        assert lives[-1] == 86_400
