"""The stand-in for an OpenAI-compatible server, met by the parts that are made for such servers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from voiceagent.audio.tones import tone
from voiceagent.config.schema import Settings, ThinkerSection
from voiceagent.speech.hear.openai import OpenaiEar
from voiceagent.speech.port import Heard
from voiceagent.speech.remote import Remote
from voiceagent.speech.speak.streamed import OpenaiVoice
from voiceagent.speech.think.chat import ChatThinker
from voiceagent.speech.think.port import AgentSaid, Call, CallerSaid, Said, SystemSaid, ToolAnswered, ToolWasCalled
from voiceagent.speech.think.rules import RulesThinker
from voiceagent.testing.openai_stub import OpenaiStub, conversation, misplaced

RULES = [{"name": "order", "match": ["order"], "tool": "look_up", "reply": "It is {status}."}]
TOOLS = [{"type": "function", "name": "look_up", "description": "d", "parameters": {"type": "object", "properties": {}}}]


class Ear:
    def transcribe(self, pcm: bytes, **_: Any) -> Heard:
        return Heard(f"{len(pcm)} bytes")


class Voice:
    def stream(self, text: str, *, rate: int, **_: Any) -> Iterator[bytes]:
        yield tone((440.0,), 10 * len(text), rate)


async def test_a_chat_thinker_meets_the_rules_behind_it() -> None:
    thinker = RulesThinker(ThinkerSection.model_validate({"rules": RULES}))
    async with OpenaiStub(thinker) as stub:
        section = Settings.model_validate({"thinker": {"base_url": stub.base_url, "model": "m", "kind": "chat"}}).thinker
        chat = ChatThinker(section)
        first = [move async for move in chat.reply([CallerSaid("my order")], TOOLS, "Be kind.")]
        assert first == [Call("look_up", "{}")]
        asked = [CallerSaid("my order"), ToolWasCalled("c", "look_up", "{}"), ToolAnswered("c", '{"status": "sent"}')]
        assert [move async for move in chat.reply(asked, TOOLS, "Be kind.")] == [Said("It is sent.")]
        await chat.close()
    assert stub.requests == {"/v1/chat/completions": 2}


async def test_ear_and_voice_go_over_the_wire() -> None:
    import asyncio

    thinker = RulesThinker(ThinkerSection())
    async with OpenaiStub(thinker, ear=Ear(), voice=Voice()) as stub:
        remote = Remote("the stub", timeout_seconds=5, remedy="")
        ear = OpenaiEar(remote, base_url=stub.base_url, api_key="", model="m", language="en-US")
        assert (await asyncio.to_thread(ear.transcribe, bytes(32_000))).text == "32000 bytes"
        voice = OpenaiVoice(remote, base_url=stub.base_url, api_key="", model="m", voice="v")
        sound = await asyncio.to_thread(lambda: b"".join(voice.stream("Hello.", rate=24_000)))
        assert len(sound) == 60 * 48


CALL = {"role": "assistant", "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}
ANSWER = {"role": "tool", "tool_call_id": "c", "content": "d"}
CALLER = {"role": "user", "content": "a"}


@pytest.mark.parametrize(
    ("messages", "refused"),
    [
        ([CALLER, CALL, ANSWER, CALLER], ""),
        ([CALL, CALLER, ANSWER], "the calls c are not answered by the messages right after them"),
        ([CALLER, CALL], "the calls c are not answered"),
        ([ANSWER], "a message of role 'tool' answers no call right before it"),
    ],
)
def test_it_is_as_strict_about_calls_and_answers_as_openai(messages: list[dict[str, Any]], refused: str) -> None:
    assert misplaced(messages) == refused


async def test_what_openai_refuses_is_refused() -> None:
    async with OpenaiStub(RulesThinker(ThinkerSection())) as stub, httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{stub.base_url}/chat/completions", json={"messages": [CALLER, CALL]})
        assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")


def test_messages_become_a_conversation() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "system", "content": "the instructions"},
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "d"},
        {"role": "system", "content": "e"},
    ]
    assert conversation(messages) == [
        *(CallerSaid("a"), AgentSaid("b"), ToolWasCalled("c", "f", "{}"), ToolAnswered("c", "d"), SystemSaid("e")),
    ]
