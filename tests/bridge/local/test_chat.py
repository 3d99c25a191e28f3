"""A chat endpoint, asked through its own client with the network taken out."""

from __future__ import annotations

import json

import httpx
import pytest

from voiceagent.errors import RemoteError
from voiceagent.local.chat import Chat


def chat(response: httpx.Response, asked: list[httpx.Request] | None = None) -> Chat:
    def answer(request: httpx.Request) -> httpx.Response:
        (asked if asked is not None else []).append(request)
        return response

    return Chat("http://127.0.0.1:1/v1/", "a-model", "a-key", transport=httpx.MockTransport(answer))


async def test_it_is_asked_as_openai_is() -> None:
    asked: list[httpx.Request] = []
    response = httpx.Response(200, json={"choices": [{"message": {"content": " Hello. \n"}}]})
    assert await chat(response, asked).answer([{"role": "user", "content": "Hi"}]) == "Hello."
    (request,) = asked
    assert (str(request.url), request.headers["authorization"]) == ("http://127.0.0.1:1/v1/chat/completions", "Bearer a-key")
    assert json.loads(request.content) == {"model": "a-model", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (httpx.Response(404, text="no such model\n"), "no such model"),
        (httpx.Response(200, json={"choices": []}), "No words from http://127.0.0.1:1/v1/: IndexError"),
        (httpx.Response(200, text="<html>"), "JSONDecodeError"),
    ],
)
async def test_anything_but_words_is_the_endpoints_fault(response: httpx.Response, why: str) -> None:
    with pytest.raises(RemoteError, match=why):
        await chat(response).answer([])


def test_it_does_not_show_its_key() -> None:
    assert "a-key" not in repr(Chat("http://a", "m", "a-key"))
