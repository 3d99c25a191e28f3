"""A language model as thinker: any server that speaks OpenAI's chat completions (Ollama, llama.cpp, Foundry, …), streamed.

Sentences are passed on as soon as they are complete, so that the voice can begin while the model still writes.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voiceagent.config.schema import ThinkerSection
from voiceagent.errors import RemoteError, UserError
from voiceagent.speech.think.phrases import breaks_off
from voiceagent.speech.think.port import (
    AgentSaid,
    Call,
    CallerSaid,
    DigitsWanted,
    Item,
    Said,
    SystemSaid,
    ToolAnswered,
    ToolWasCalled,
)
from voiceagent.trust import authorities

if TYPE_CHECKING:
    import httpx

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\S)|\n+")
_ASKS_FOR_NUMBER = re.compile(r"\b(number|code|digits|pin|id)\b[^.!]*\?", re.IGNORECASE)
_CONNECT_S, _READ_S = 5.0, 30.0
"""A caller waits in silence meanwhile; a model that thinks longer than half a minute is no use on the phone."""
_LARGEST_REPLY = 20_000
"""Characters; a quarter of an hour of speech. A model that runs away is cut off here."""
STILL_RUNNING = '{"status": "still running"}'
"""What a model is told of a tool that has not answered yet, so that it does not call it again."""


class ChatThinker:
    """A `Thinker` behind a chat endpoint. Close it with `close`."""

    def __init__(self, section: ThinkerSection, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        if not section.base_url or not section.model:
            raise UserError(
                "A chat thinker needs thinker.base_url and thinker.model.",
                remedy="Set them in voiceagent.toml, or OPENAI_BASE_URL and OPENAI_MODEL.",
            )
        self._section = section
        self._transport = transport
        self._client: httpx.AsyncClient | None = None

    async def reply(
        self, conversation: Sequence[Item], tools: Sequence[Mapping[str, Any]], instructions: str
    ) -> AsyncIterator[Said | Call]:
        """Stream the model's answer. After a failure the apology is said and RemoteError raised."""
        import httpx

        answer = _Answer()
        try:
            async for data in self._events(_request(self._section.model, conversation, tools, instructions)):
                for sentence in answer.add(data):
                    yield Said(sentence)
        except (httpx.HTTPError, ValueError, LookupError, TypeError, AttributeError, RemoteError) as error:
            if self._section.apology:
                yield Said(self._section.apology)
            raise _remote(error) from error
        if rest := answer.rest():
            yield Said(rest)
        for call in answer.calls():
            yield call

    def expects_digits(self, conversation: Sequence[Item], tools: Sequence[Mapping[str, Any]] = ()) -> DigitsWanted | None:  # noqa: ARG002 - the port's signature
        """Whether the agent's last sentence asked for a number."""
        agent = next((item.text for item in reversed(conversation) if isinstance(item, AgentSaid)), "")
        return DigitsWanted(min_digits=3) if _ASKS_FOR_NUMBER.search(agent) else None

    def unfinished(self, conversation: Sequence[Item], text: str, tools: Sequence[Mapping[str, Any]] = ()) -> bool:  # noqa: ARG002 - the port's signature
        """Whether the sentence breaks off."""
        return breaks_off(text)

    async def close(self) -> None:
        """Close the connections; idempotent."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _events(self, request: Mapping[str, Any]) -> AsyncIterator[Any]:
        async with self._connection().stream("POST", "chat/completions", json=request) as response:
            if response.status_code >= 400:
                await response.aread()
                raise _refused(response)
            async for line in response.aiter_lines():
                data = line.removeprefix("data:").strip()
                if not line.startswith("data:") or not data:
                    continue
                if data == "[DONE]":
                    return
                yield json.loads(data)

    def _connection(self) -> httpx.AsyncClient:
        import httpx

        if self._client is None:
            key = str.__str__(self._section.api_key)
            self._client = httpx.AsyncClient(
                base_url=self._section.base_url.rstrip("/") + "/",
                headers={"Authorization": f"Bearer {key}"} if key else {},
                timeout=httpx.Timeout(_READ_S, connect=_CONNECT_S),
                verify=authorities(),
                transport=self._transport,
            )
        return self._client


class _Answer:
    """What a stream of deltas has amounted to so far."""

    def __init__(self) -> None:
        self._text = ""
        self._size = 0
        self._calls: dict[int, dict[str, str]] = {}

    def add(self, data: Any) -> list[str]:
        """Take one event; return the sentences it completed, with the space that follows them."""
        if data.get("error"):
            raise RemoteError(str(data["error"]), service="chat endpoint")
        for choice in data.get("choices") or ():
            delta = choice.get("delta") or {}
            self._text += delta.get("content") or ""
            self._size += len(delta.get("content") or "")
            for part in delta.get("tool_calls") or ():
                self._add_call(part)
        if self._size > _LARGEST_REPLY:
            raise RemoteError("The model does not stop talking.", service="chat endpoint", code="reply_too_long")
        *complete, self._text = _SENTENCE_END.split(self._text)
        return [f"{sentence} " for sentence in complete if sentence.strip()]

    def rest(self) -> str:
        """The text after the last complete sentence."""
        return self._text.strip()

    def calls(self) -> list[Call]:
        """The tools to call; complete only after the last event."""
        return [Call(call["name"], call["arguments"] or "{}") for _, call in sorted(self._calls.items()) if call["name"]]

    def _add_call(self, part: Mapping[str, Any]) -> None:
        call = self._calls.setdefault(int(part.get("index") or 0), {"name": "", "arguments": ""})
        function = part.get("function") or {}
        call["name"] += function.get("name") or ""
        call["arguments"] += function.get("arguments") or ""


def _request(model: str, conversation: Sequence[Item], tools: Sequence[Mapping[str, Any]], instructions: str) -> dict[str, Any]:
    messages = [{"role": "system", "content": instructions}] if instructions else []
    request: dict[str, Any] = {"model": model, "stream": True, "messages": messages + _messages(conversation)}
    if tools:
        names = ("name", "description", "parameters")
        functions = [{name: tool[name] for name in names if name in tool} for tool in tools]
        request["tools"] = [{"type": "function", "function": function} for function in functions]
    return request


def _messages(conversation: Sequence[Item]) -> list[dict[str, Any]]:
    """The conversation in order, but each call of a tool stands right before its answer.

    Chat servers refuse whatever comes between the two; in a call something mostly does: a second call, the question whether
    the tool may run with the caller's yes, what is said while it takes long.
    """
    calls = {item.call_id: item for item in conversation if isinstance(item, ToolWasCalled)}
    answered = {item.call_id for item in conversation if isinstance(item, ToolAnswered)}
    messages: list[dict[str, Any]] = []
    for item in conversation:
        match item:
            case CallerSaid(text=text):
                messages.append({"role": "user", "content": text})
            case AgentSaid(text=text):
                messages.append({"role": "assistant", "content": text})
            case SystemSaid(text=text):
                messages.append({"role": "system", "content": text})
            case ToolWasCalled(call_id=call_id) if call_id not in answered:
                messages += _answered(item, STILL_RUNNING)
            case ToolAnswered(call_id=call_id, output=output) if call_id in calls:
                messages += _answered(calls[call_id], output)
    return messages


def _answered(call: ToolWasCalled, output: str) -> list[dict[str, Any]]:
    function = {"name": call.name, "arguments": call.arguments}
    return [
        {"role": "assistant", "tool_calls": [{"id": call.call_id, "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": call.call_id, "content": output},
    ]


def _refused(response: httpx.Response) -> RemoteError:
    return RemoteError(
        f"The chat endpoint refused with status {response.status_code}: {response.text[:200]}",
        service="chat endpoint",
        status=response.status_code,
        request_id=response.headers.get("x-request-id", ""),
    )


def _remote(error: Exception) -> RemoteError:
    if isinstance(error, RemoteError):
        return error
    return RemoteError(f"The chat endpoint failed: {type(error).__name__}: {error}", service="chat endpoint")
