"""The official Voice Live package says every client event there is, and reads every server event as what it is.

Each frame that crosses is held against the JSON Schema made of the package's classes, by `contracts`.
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
from azure.ai.voicelive import models
from azure.ai.voicelive.aio import VoiceLiveConnection, connect
from azure.core.credentials import AccessToken, AzureKeyCredential

from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.scripted import Scripted, Turn, tone
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator

DATA = Path(__file__).parents[1] / "data/voice-live"
SPEC = json.loads((DATA / "events.json").read_text(encoding="utf-8"))
ON_THE_WIRE_ONLY = {"conversation.item.done"}
"""Recorded from the real service, unknown to its package."""
AT_ONCE = EmulatorOptions(delta_interval_ms=0)
STILL_COMING = EmulatorOptions(delta_interval_ms=1e9)
SPEECH = bytes(24_000) + tone(700, 24_000) + bytes(48 * 600)
OFFER = base64.b64encode(json.dumps({"type": "offer", "sdp": "v=0"}).encode()).decode()
AZURE_VOICE = models.AzureStandardVoice(name="en-US-AvaNeural")


class Talk:
    """One session of the package; remembers the types of all that crossed."""

    def __init__(self, connection: VoiceLiveConnection, said: set[str], heard: set[str]) -> None:
        self.connection = connection
        self._said = said
        self._heard = heard
        self._send = connection.send
        connection.send = self.send  # type: ignore[method-assign]  # every method of the package ends here

    async def send(self, event: Any) -> None:
        await self._send(event)
        self._said.add(event["type"])

    async def until(self, *kinds: str) -> list[Any]:
        """Events up to the first of one of these types."""
        events: list[Any] = []
        async with asyncio.timeout(10):
            while not events or events[-1].type not in kinds:
                event = await self.connection.recv()
                if event.type not in ON_THE_WIRE_ONLY:
                    assert type(event) is not models.ServerEvent, f"{event.type} is not known to the package"
                    self._heard.add(event.type)
                events.append(event)
        return events

    async def speak(self) -> None:
        for at in range(0, len(SPEECH), 2400):
            await self.connection.input_audio_buffer.append(audio=base64.b64encode(SPEECH[at : at + 2400]).decode())

    async def ask(self, text: str = "Hello") -> None:
        await self.connection.conversation.item.create(
            item=models.UserMessageItem(content=[models.InputTextContentPart(text=text)])
        )
        await self.connection.response.create()


Talks = Callable[..., Any]


@pytest.fixture
def crossed() -> tuple[set[str], set[str]]:
    return set(), set()


@pytest.fixture
def talk(crossed: tuple[set[str], set[str]]) -> Talks:
    @asynccontextmanager
    async def talking(
        *turns: Turn, model: str = "gpt-4o", options: EmulatorOptions = AT_ONCE, **session: Any
    ) -> AsyncIterator[Talk]:
        async with (
            contracts.checked() as tap,
            VoiceLiveEmulator(Scripted(turns or (Turn(say="Hello."),)), key="k", options=options, tap=tap) as emulator,
            connect(endpoint=emulator.endpoint, credential=AzureKeyCredential("k"), model=model) as connection,
        ):
            one = Talk(connection, *crossed)
            await one.until("session.created")
            if session:
                await connection.session.update(session=models.RequestSession(**session))
                await one.until("session.updated")
            yield one

    return talking


async def a_spoken_turn(talk: Talks) -> None:
    async with talk(
        Turn(hear="where is it", say="It is here. Anything else?", ms=1000),
        voice=AZURE_VOICE,
        modalities=["text", "audio", "animation"],
        include=["item.input_audio_transcription.phrases", "item.input_audio_transcription.logprobs"],
        input_audio_transcription=models.AudioInputTranscriptionOptions(model="whisper-1"),
        input_audio_noise_reduction=models.AudioNoiseReduction(type="azure_deep_noise_suppression"),
        input_audio_echo_cancellation=models.AudioEchoCancellation(),
        output_audio_timestamp_types=["word"],
        animation=models.Animation(outputs=["viseme_id", "blendshapes"]),
    ) as one:
        await one.speak()
        events = await one.until("response.done")
        heard = next(event for event in events if event.type.endswith("transcription.completed"))
        assert (heard.phrases[0].text, heard.logprobs[0].token) == ("where is it", "where")
        words = [event.text for event in events if event.type == "response.audio_timestamp.delta"]
        assert words == ["It", "is", "here.", "Anything", "else?"]


async def words_that_nobody_understands(talk: Talks) -> None:
    async with talk(Turn(unheard="DeploymentNotFound", say="Pardon?", ms=100), model="gpt-realtime") as one:
        await one.connection.session.update(
            session=models.RequestSession(input_audio_transcription=models.AudioInputTranscriptionOptions(model="whisper-1"))
        )
        await one.speak()
        failed = (await one.until("conversation.item.input_audio_transcription.failed"))[-1]
        assert failed.error.code == "DeploymentNotFound"


async def text_and_functions(talk: Talks) -> None:
    turns = Turn(say="Written."), Turn(call=[("lookup", {"id": 1})])
    async with talk(*turns, modalities=["text"], tools=[models.FunctionTool(name="lookup")]) as one:
        await one.ask()
        await one.until("response.done")
        await one.ask()
        done = (await one.until("response.done"))[-1]
        assert done.response.output[0].name == "lookup"


async def items_and_buffers(talk: Talks) -> None:
    async with talk(Turn(say="A long story.", ms=2000), model="gpt-realtime", turn_detection=None) as one:
        connection = one.connection
        await one.ask()
        item = (await one.until("response.done"))[-1].response.output[0]
        await connection.conversation.item.retrieve(item_id=item.id)
        await connection.conversation.item.truncate(item_id=item.id, content_index=0, audio_end_ms=500)
        await connection.conversation.item.delete(item_id=item.id)
        await one.until("conversation.item.deleted")
        await one.speak()
        await connection.input_audio_buffer.clear()
        await one.until("input_audio_buffer.cleared")
        await one.speak()
        await connection.input_audio_buffer.commit()
        await one.until("input_audio_buffer.committed")
        await connection.output_audio_buffer.clear()
        await one.until("output_audio_buffer.cleared")
        await connection.response.cancel()
        assert (await one.until("error"))[-1].error.code == "response_cancel_not_active"
        await connection.send({"type": "session.update", "session": {"voise": "alloy"}})
        assert (await one.until("warning"))[-1].warning.param == "session.voise"


async def an_answer_that_is_stopped(talk: Talks) -> None:
    async with talk(Turn(say="A long story.", ms=20_000), model="gpt-realtime", options=STILL_COMING) as one:
        await one.ask()
        await one.until("response.audio.delta")
        await one.connection.response.cancel()
        assert (await one.until("response.done"))[-1].response.status == "cancelled"


async def text_and_turns_that_the_client_bounds(talk: Talks) -> None:
    async with talk() as one:
        item = models.UserMessageItem(id="mine", content=[models.InputTextContentPart(text="Hel")])
        await one.connection.conversation.item.create(item=item)
        await one.connection.send(models.ClientEventInputTextDelta(id="mine", delta="lo"))
        await one.connection.send(models.ClientEventInputTextDone(id="mine"))
        await one.connection.conversation.item.retrieve(item_id="mine")
        told = (await one.until("conversation.item.retrieved"))[-1]
        assert told.item.content[0].text == "Hello"
        audio = base64.b64encode(bytes(9600)).decode()
        for end in (models.ClientEventInputAudioTurnEnd(turn_id="t"), models.ClientEventInputAudioTurnCancel(turn_id="t")):
            await one.connection.send(models.ClientEventInputAudioTurnStart(turn_id="t"))
            await one.connection.send(models.ClientEventInputAudioTurnAppend(turn_id="t", audio=audio))
            await one.connection.send(end)
            await one.until("input_audio_buffer.committed", "input_audio_buffer.cleared")
        await one.connection.send(models.ClientEventInputAudioClear())
        await one.until("input_audio_buffer.cleared")


async def a_face(talk: Talks) -> None:
    avatar = models.AvatarConfig(character="adrian", model="vasa-1", customized=False)
    async with talk(avatar=avatar, modalities=["text", "audio", "avatar"]) as one:
        await one.connection.send(models.ClientEventSessionAvatarConnect(client_sdp=OFFER))
        await one.until("session.avatar.connecting")
        await one.ask()
        await one.until("session.avatar.switch_to_idle")


async def what_only_a_script_can_bring_about(talk: Talks) -> None:
    searches = [
        {"type": f"response.{kind}_search_call.{how}"}
        for kind in ("web", "file")
        for how in ("in_progress", "searching", "completed")
    ]
    more: list[dict[str, Any]] = [
        {
            "type": "response.audio_transcript.annotation.added",
            "annotation_index": 0,
            "annotation": {"url": "https://x.example"},
        },
        {"type": "response.invocation.delta", "delta": {"step": 1}},
        {"type": "response.video.delta", "codec": "h264", "delta": "AAAA"},
    ]
    async with talk(Turn(say="Found.", emit=[*searches, *more])) as one:
        await one.ask()
        await one.until("response.done")


async def servers_of_tools(talk: Talks, url: str) -> None:
    server = models.MCPServer(server_label="orders", server_url=url, require_approval="never")
    turns = Turn(call=[("lookup", {"id": 1})]), Turn(expect="shipped", call=[("broken", {})])
    async with talk(*turns, voice=AZURE_VOICE, tools=[server]) as one:
        await one.until("mcp_list_tools.completed")
        await one.ask()
        await one.until("response.mcp_call.completed")
        done = (await one.until("response.output_item.done"))[-1]
        assert done.item.output == "shipped"
        await one.connection.response.create()
        await one.until("response.mcp_call.failed")
    nowhere = models.MCPServer(server_label="none", server_url="http://127.0.0.1:9/mcp")
    async with talk(tools=[nowhere]) as one:
        await one.until("mcp_list_tools.failed")


async def calls_that_wait_for_a_yes(talk: Talks, url: str) -> None:
    server = models.MCPServer(server_label="orders", server_url=url)
    async with talk(Turn(call=[("lookup", {})]), Turn(call=[("lookup", {})]), tools=[server]) as one:
        await one.until("mcp_list_tools.completed")
        for as_item in (True, False):
            await one.ask()
            request = (await one.until("response.done"))[-1].response.output[0]
            assert request.type == "mcp_approval_request"
            if as_item:
                answer = models.MCPApprovalResponseRequestItem(approval_request_id=request.id, approve=True)
                await one.connection.conversation.item.create(item=answer)
            else:
                event = {"type": "mcp_approval_response", "approval_request_id": request.id, "approve": True}
                await one.connection.send(event)
            await one.until("response.mcp_call.completed")
            await one.until("response.output_item.done")


async def test_every_event_crosses_as_the_package_knows_it(
    talk: Talks, crossed: tuple[set[str], set[str]], mcp_url: str, covered: Any
) -> None:
    await a_spoken_turn(talk)
    await words_that_nobody_understands(talk)
    await text_and_functions(talk)
    await items_and_buffers(talk)
    await an_answer_that_is_stopped(talk)
    await text_and_turns_that_the_client_bounds(talk)
    await a_face(talk)
    await what_only_a_script_can_bring_about(talk)
    await servers_of_tools(talk, mcp_url)
    await calls_that_wait_for_a_yes(talk, mcp_url)
    said, heard = crossed
    covered("azure-ai-voicelive, client events", said, SPEC["client_event_types"])
    covered("azure-ai-voicelive, server events", heard, SPEC["server_event_types"])


async def test_an_agent_answers_whoever_brings_a_token() -> None:
    class Token:
        def get_token(self, *_: str, **__: Any) -> AccessToken:
            return AccessToken("entra", 2**31)

    options = EmulatorOptions(delta_interval_ms=0, bearer_tokens=("entra",))
    async with VoiceLiveEmulator(Scripted(), key="k", options=options) as emulator:
        where: dict[str, Any] = {"endpoint": emulator.endpoint, "agent_name": "desk", "project_name": "calls"}
        async with connect(credential=Token(), **where) as connection:
            created = await connection.recv()
            assert created.session.agent.name == "desk"
        with pytest.raises(Exception, match="401"):
            async with connect(credential=AzureKeyCredential("k"), **where):
                pass
