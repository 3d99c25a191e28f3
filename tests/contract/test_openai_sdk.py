"""OpenAI's own package against the emulated OpenAI and Azure OpenAI: every client event, every server event of a WebSocket.

A frame of a type that the package does not take for what it is shows: pydantic then picks another class.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import contracts
import pytest
from openai import AsyncAzureOpenAI, AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection

from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.scripted import Scripted, Turn, tone
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator

SPEC = json.loads((Path(__file__).parents[1] / "data/voice-live/openai-realtime-events.json").read_text(encoding="utf-8"))
NOT_ON_A_SOCKET = {
    "conversation.created",  # beta only
    "conversation.item.created",  # beta only
    "input_audio_buffer.dtmf_event_received",  # SIP only
    "output_audio_buffer.started",  # WebRTC and SIP only
    "output_audio_buffer.stopped",
    "input_audio_buffer.timeout_triggered",  # after a silence: test_exchange moves the clock
}
AT_ONCE = EmulatorOptions(delta_interval_ms=0, rate_limits=True)
STILL_COMING = EmulatorOptions(delta_interval_ms=1e9)
SPEECH = bytes(24_000) + tone(700, 24_000) + bytes(48 * 600)


class Talk:
    """One session of the package; remembers the types of all that crossed."""

    def __init__(self, connection: AsyncRealtimeConnection, said: set[str], heard: set[str]) -> None:
        self.connection = connection
        self._heard = heard
        send = connection.send

        async def noted(event: Any) -> None:
            await send(event)
            said.add(event["type"] if isinstance(event, dict) else event.type)

        connection.send = noted  # type: ignore[method-assign]  # every method of the package ends here

    async def until(self, kind: str) -> list[Any]:
        """Events up to the first of a type; each is of the class that the package has for its type."""
        events: list[Any] = []
        async with asyncio.timeout(10):
            while not events or events[-1].type != kind:
                event: Any = await self.connection.recv()
                assert type(event).__name__ == SPEC["ga_server"][event.type]["class"], event.type
                assert event.event_id
                self._heard.add(event.type)
                events.append(event)
        return events

    async def ask(self, text: str = "Hello") -> None:
        item: Any = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
        await self.connection.conversation.item.create(item=item)
        await self.connection.response.create()

    async def speak(self) -> None:
        for at in range(0, len(SPEECH), 2400):
            await self.connection.input_audio_buffer.append(audio=base64.b64encode(SPEECH[at : at + 2400]).decode())


Talks = Callable[..., Any]
Crossed = tuple[set[str], set[str]]


@pytest.fixture
def crossed() -> Crossed:
    return set(), set()


@pytest.fixture
def talk(crossed: Crossed) -> Talks:
    @asynccontextmanager
    async def talking(*turns: Turn, options: EmulatorOptions = AT_ONCE, path: str = "/v1") -> AsyncIterator[Talk]:
        async with (
            contracts.checked() as tap,
            VoiceLiveEmulator(Scripted(turns or (Turn(say="Hello."),)), key="k", options=options, tap=tap) as emulator,
        ):
            client = AsyncOpenAI(api_key="k", websocket_base_url=f"ws://127.0.0.1:{emulator.port}{path}")
            async with client.realtime.connect(model="gpt-realtime") as connection:
                yield Talk(connection, *crossed)

    return talking


async def spoken(talk: Talks) -> None:
    async with talk(Turn(hear="hello there", say="Hi, how are you?", ms=700)) as one:
        transcription: Any = {"model": "gpt-4o-transcribe-diarize"}
        audio: Any = {"input": {"transcription": transcription}, "output": {"voice": "marin"}}
        await one.connection.session.update(session={"type": "realtime", "instructions": "Help.", "audio": audio})
        updated = (await one.until("session.updated"))[-1]
        assert updated.session.audio.output.voice == "marin"
        assert updated.session.audio.input.turn_detection.silence_duration_ms == 200
        await one.speak()
        events = await one.until("rate_limits.updated")
        done = next(event for event in events if event.type == "response.done")
        assert done.response.output[0].content[0].transcript == "Hi, how are you?"
        sound = b"".join(base64.b64decode(event.delta) for event in events if event.type == "response.output_audio.delta")
        assert len(sound) == 48 * 700


async def unheard(talk: Talks) -> None:
    async with talk(Turn(unheard="DeploymentNotFound", say="Pardon?", ms=100)) as one:
        audio: Any = {"input": {"transcription": {"model": "whisper-1"}}}
        await one.connection.session.update(session={"type": "realtime", "audio": audio})
        await one.speak()
        await one.until("conversation.item.input_audio_transcription.failed")


async def written_and_called(talk: Talks) -> None:
    async with talk(Turn(say="Written."), Turn(call=[("lookup", {"id": 1})])) as one:
        tools: Any = [{"type": "function", "name": "lookup", "parameters": {"type": "object"}}]
        await one.connection.session.update(session={"type": "realtime", "output_modalities": ["text"], "tools": tools})
        await one.ask()
        assert (await one.until("response.output_text.done"))[-1].text == "Written."
        await one.until("response.done")
        await one.ask()
        call = (await one.until("response.function_call_arguments.done"))[-1]
        assert (call.name, call.arguments) == ("lookup", '{"id": 1}')


async def kept_and_dropped(talk: Talks) -> None:
    async with talk(Turn(say="A long story.", ms=2000)) as one:
        connection = one.connection
        await one.ask()
        item_id = (await one.until("response.done"))[-1].response.output[0].id
        await connection.conversation.item.retrieve(item_id=item_id)
        await connection.conversation.item.truncate(item_id=item_id, content_index=0, audio_end_ms=500)
        await connection.conversation.item.delete(item_id=item_id)
        await one.until("conversation.item.deleted")
        await connection.session.update(session={"type": "realtime", "audio": {"input": {"turn_detection": None}}})
        await one.speak()
        await connection.input_audio_buffer.commit()
        await one.until("input_audio_buffer.committed")
        await connection.input_audio_buffer.clear()
        await connection.output_audio_buffer.clear()
        await one.until("output_audio_buffer.cleared")


async def refused(talk: Talks) -> None:
    async with talk(Turn(say="A long story.", ms=20_000), options=STILL_COMING) as one:
        await one.connection.send({"type": "session.update", "session": {"type": "realtime", "voise": "alloy"}})  # type: ignore[misc,list-item]  # wrong on purpose
        assert (await one.until("error"))[-1].error.code == "unknown_parameter"
        await one.ask()
        await one.until("response.output_audio.delta")
        await one.connection.response.cancel()
        assert (await one.until("response.done"))[-1].response.status == "cancelled"


async def tools_of_servers(talk: Talks, url: str) -> None:
    async with talk(Turn(call=[("lookup", {"id": 1})]), Turn(call=[("broken", {})])) as one:
        known: Any = {"type": "mcp", "server_label": "orders", "server_url": url, "require_approval": "never"}
        lost: Any = {"type": "mcp", "server_label": "lost", "server_url": "http://127.0.0.1:9/mcp"}
        await one.connection.session.update(session={"type": "realtime", "tools": [known]})
        await one.until("mcp_list_tools.completed")
        await one.ask()
        await one.until("response.mcp_call.completed")
        await one.ask()
        await one.until("response.mcp_call.failed")
        await one.connection.session.update(session={"type": "realtime", "tools": [known, lost]})
        await one.until("mcp_list_tools.failed")


async def test_every_event_of_a_socket_crosses(talk: Talks, crossed: Crossed, mcp_url: str, covered: Any) -> None:
    await spoken(talk)
    await unheard(talk)
    await written_and_called(talk)
    await kept_and_dropped(talk)
    await refused(talk)
    await tools_of_servers(talk, mcp_url)
    said, heard = crossed
    covered("openai realtime, client events", said, list(SPEC["ga_client"]))
    covered("openai realtime, server events", heard, [kind for kind in SPEC["ga_server"] if kind not in NOT_ON_A_SOCKET])


async def test_azures_ga_address_is_spoken_to_in_the_same_words(talk: Talks) -> None:
    script = Scripted((Turn(say="Hello.", ms=200),))
    async with contracts.checked() as tap, VoiceLiveEmulator(script, key="k", options=AT_ONCE, tap=tap) as emulator:
        client = AsyncOpenAI(
            api_key="k", websocket_base_url=f"ws://127.0.0.1:{emulator.port}/openai/v1", default_headers={"api-key": "k"}
        )
        async with client.realtime.connect(model="my-deployment") as connection:
            one = Talk(connection, set(), set())
            await one.ask()
            part = (await one.until("response.content_part.done"))[-1]
            assert part.content["transcript"] == "Hello."


async def test_the_azure_client_dials_the_beta_address_and_hears_beta_words() -> None:
    script = Scripted((Turn(say="Hello.", ms=200),))
    async with contracts.checked() as tap, VoiceLiveEmulator(script, key="k", options=AT_ONCE, tap=tap) as emulator:
        client = AsyncAzureOpenAI(
            api_key="k",
            azure_endpoint=emulator.endpoint,
            api_version="2025-04-01-preview",
            websocket_base_url=f"ws://127.0.0.1:{emulator.port}/openai",  # it would dial wss on its own
        )
        async with client.realtime.connect(model="my-deployment") as connection:
            await connection.response.create()
            kinds = []
            async with asyncio.timeout(10):
                while not kinds or kinds[-1] != "response.done":
                    kinds.append((await connection.recv()).type)
    assert {"conversation.item.created", "response.audio.delta", "response.audio_transcript.done"} <= set(kinds)
    assert "conversation.item.done" not in kinds
