"""A stand-in for an OpenAI-compatible server: chat, transcriptions and speech over HTTP, by the embedded parts.

What thinks behind the chat is any `Thinker`, the rules of an agent for instance; so a pipeline of remote parts can be proven
without a model, word for word. Use as `async with OpenaiStub(thinker) as stub:` and point `OPENAI_BASE_URL` at `stub.base_url`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from voiceagent.audio.wav import read_wav
from voiceagent.emulators.listening import doors, ports, serving
from voiceagent.emulators.reach import Reach
from voiceagent.speech.port import Ear, Thinker, Voice
from voiceagent.speech.think import port as think

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

SPOKEN_RATE = 24_000


class OpenaiStub:
    """A server on this machine while the block runs. `requests` counts what was asked, by path."""

    def __init__(self, thinker: Thinker, *, ear: Ear | None = None, voice: Voice | None = None) -> None:
        self.port = 0
        self.requests: dict[str, int] = {}
        self._thinker = thinker
        self._ear = ear
        self._voice = voice
        self._entered = AsyncExitStack()

    @property
    def base_url(self) -> str:
        """What clients call the server's address."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def __aenter__(self) -> Self:
        from starlette.applications import Starlette
        from starlette.routing import Route

        app = Starlette(
            routes=[
                Route("/v1/chat/completions", self._chat, methods=["POST"]),
                Route("/v1/audio/transcriptions", self._transcribe, methods=["POST"]),
                Route("/v1/audio/speech", self._speak, methods=["POST"]),
            ]
        )
        opened = self._entered.enter_context(doors(Reach(), 0, 0))
        self.port, _ = ports(opened)
        tasks = await self._entered.enter_async_context(asyncio.TaskGroup())
        await self._entered.enter_async_context(serving(app, opened, tasks))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._entered.__aexit__(kind, error, trace)

    async def _chat(self, request: Request) -> Response:
        from starlette.responses import JSONResponse, StreamingResponse

        self._count(request)
        asked = await request.json()
        if odd := misplaced(asked["messages"]):
            return JSONResponse({"error": {"type": "invalid_request_error", "message": odd}}, status_code=400)
        return StreamingResponse(self._deltas(asked), media_type="text/event-stream")

    async def _deltas(self, asked: Mapping[str, Any]) -> AsyncIterator[bytes]:
        tools = [tool["function"] for tool in asked.get("tools", ())]
        messages = asked["messages"]
        calls = 0
        async for move in self._thinker.reply(conversation(messages), tools, ""):
            if isinstance(move, think.Said):
                yield _event({"content": move.text})
            else:
                function = {"name": move.name, "arguments": move.arguments}
                call = {"index": calls, "id": f"call_{calls}", "type": "function", "function": function}
                yield _event({"tool_calls": [call]})
                calls += 1
        yield b"data: [DONE]\n\n"

    async def _transcribe(self, request: Request) -> Response:
        from starlette.responses import JSONResponse

        self._count(request)
        body = await request.body()
        pcm, _ = read_wav(body[body.index(b"RIFF") : body.rindex(b"\r\n--")])
        assert self._ear is not None, "this stub has no ear"
        heard = await asyncio.to_thread(self._ear.transcribe, pcm)
        return JSONResponse({"text": heard.text})

    async def _speak(self, request: Request) -> Response:
        from starlette.responses import Response

        self._count(request)
        text = (await request.json())["input"]
        assert self._voice is not None, "this stub has no voice"
        pcm = await asyncio.to_thread(lambda voice: b"".join(voice.stream(text, rate=SPOKEN_RATE)), self._voice)
        return Response(pcm, media_type="audio/pcm")

    def _count(self, request: Request) -> None:
        self.requests[request.url.path] = self.requests.get(request.url.path, 0) + 1


def conversation(messages: Sequence[Mapping[str, Any]]) -> list[think.Item]:
    """Chat messages as a thinker's conversation; the first system message is the instructions."""
    items: list[think.Item] = []
    for message in messages:
        content = message.get("content") or ""
        match message["role"]:
            case "user":
                items.append(think.CallerSaid(content))
            case "assistant":
                calls = message.get("tool_calls", ())
                items += [think.AgentSaid(content)] if content else []
                items += [think.ToolWasCalled(c["id"], c["function"]["name"], c["function"]["arguments"]) for c in calls]
            case "tool":
                items.append(think.ToolAnswered(message["tool_call_id"], content))
            case "system" if message is not messages[0]:
                items.append(think.SystemSaid(content))
    return items


def misplaced(messages: Sequence[Mapping[str, Any]]) -> str:
    """What OpenAI refuses of the order of messages: a call of a tool that is not answered next, and an answer to none."""
    open_calls: set[str] = set()
    for message in messages:
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                return "a message of role 'tool' answers no call right before it"
            open_calls.discard(message["tool_call_id"])
        elif open_calls:
            return f"the calls {', '.join(sorted(open_calls))} are not answered by the messages right after them"
        else:
            open_calls = {call["id"] for call in message.get("tool_calls", ())}
    return f"the calls {', '.join(sorted(open_calls))} are not answered" if open_calls else ""


def _event(delta: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode() + b"\n\n"
