"""An ear of Azure Speech, as its documentation describes the interface."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from voiceagent.errors import RemoteError
from voiceagent.speech.hear.azure import AzureEar
from voiceagent.speech.remote import Remote


def ear(answer: Any, seen: list[httpx.Request] | None = None) -> AzureEar:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return httpx.Response(200, json=answer)

    remote = Remote("x", timeout_seconds=5, remedy="", transport=httpx.MockTransport(handle))
    return AzureEar(remote, address="https://westeurope.stt.speech.microsoft.com", key="k", language="en-GB")


def test_a_turn_is_recognised() -> None:
    seen: list[httpx.Request] = []
    told = {"RecognitionStatus": "Success", "DisplayText": "Where is it?"}
    assert ear(told, seen).transcribe(bytes(32_000)).text == "Where is it?"
    (request,) = seen
    assert request.url.params["language"] == "en-GB"
    assert request.headers["ocp-apim-subscription-key"] == "k"
    assert request.headers["content-type"] == "audio/wav; codecs=audio/pcm; samplerate=16000"
    assert request.content[:4] == b"RIFF"


@pytest.mark.parametrize("status", ["NoMatch", "InitialSilenceTimeout", "BabbleTimeout"])
def test_silence_is_no_words(status: str) -> None:
    assert ear({"RecognitionStatus": status}).transcribe(bytes(32_000)).text == ""


@pytest.mark.parametrize("answer", [{"RecognitionStatus": "Error"}, {}, []])
def test_a_failure_is_told(answer: Any) -> None:
    with pytest.raises(RemoteError):
        ear(answer).transcribe(bytes(32_000))
