"""An ear behind `/audio/transcriptions`: a WAV goes out, words come back."""

from __future__ import annotations

import io

import httpx
import pytest

from voiceagent.audio.wav import read_wav
from voiceagent.errors import RemoteError
from voiceagent.speech.hear.openai import OpenaiEar
from voiceagent.speech.remote import Remote

SECOND = bytes(32_000)


def ear(answer: httpx.Response, seen: list[httpx.Request] | None = None) -> OpenaiEar:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return answer

    remote = Remote("x", timeout_seconds=5, remedy="", transport=httpx.MockTransport(handle))
    return OpenaiEar(remote, base_url="https://x/v1/", api_key="k", model="whisper-1", language="en-US")


def test_a_turn_is_sent_as_a_wav_and_comes_back_as_words() -> None:
    seen: list[httpx.Request] = []
    assert ear(httpx.Response(200, json={"text": " Where is it? "}), seen).transcribe(SECOND).text == "Where is it?"
    (request,) = seen
    assert (str(request.url), request.headers["authorization"]) == ("https://x/v1/audio/transcriptions", "Bearer k")
    body = request.content
    assert b'name="model"\r\n\r\nwhisper-1' in body
    assert b'name="language"\r\n\r\nen\r\n' in body
    wav = body[body.index(b"RIFF") :]
    assert read_wav(io.BytesIO(wav).getvalue()[: 44 + len(SECOND)]) == (SECOND, 16_000)


def test_a_turn_too_short_is_not_sent() -> None:
    assert ear(httpx.Response(500)).transcribe(bytes(100)).text == ""


def test_what_is_not_wanted_any_more_is_nothing() -> None:
    assert ear(httpx.Response(200, json={"text": "x"})).transcribe(SECOND, cancelled=lambda: True).text in ("", "x")


@pytest.mark.parametrize("body", ["no json", "[]", "{}"])
def test_an_answer_without_words_is_told(body: str) -> None:
    with pytest.raises(RemoteError, match="has no `text`"):
        ear(httpx.Response(200, text=body)).transcribe(SECOND)
