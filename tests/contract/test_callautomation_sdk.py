"""Azure's own client, unmodified, against the emulated network: every operation, its status, its errors."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

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

_SPEC = spec_from_file_location("fake_app", Path(__file__).parents[1] / "bridge/emulators/acs/fake_app.py")
assert _SPEC is not None
assert _SPEC.loader is not None
fake_app = sys.modules.setdefault("fake_app", module_from_spec(_SPEC))
_SPEC.loader.exec_module(fake_app)

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
        AcsEmulator(options=options, voice=fake_app.FakeVoice) as emulator,
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
