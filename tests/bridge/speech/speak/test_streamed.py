"""Voices from somewhere else: what is asked of them, and sound at the wanted rate while it still comes."""

from __future__ import annotations

import json

import httpx
import pytest

from voiceagent.audio.tones import level_dbfs, tone
from voiceagent.speech.remote import Remote
from voiceagent.speech.speak.streamed import AzureVoice, OpenaiVoice

SPOKEN = tone((440.0,), 500, 24_000)


def remote(seen: list[httpx.Request]) -> Remote:
    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=SPOKEN)

    return Remote("x", timeout_seconds=5, remedy="", transport=httpx.MockTransport(handle))


def test_openais_voice_is_asked_for_pcm() -> None:
    seen: list[httpx.Request] = []
    voice = OpenaiVoice(remote(seen), base_url="https://x/v1", api_key="k", model="tts-1", voice="alloy")
    assert b"".join(voice.stream("Hello.", rate=24_000)) == SPOKEN
    (request,) = seen
    assert (str(request.url), request.headers["authorization"]) == ("https://x/v1/audio/speech", "Bearer k")
    assert json.loads(request.content) == {"model": "tts-1", "voice": "alloy", "response_format": "pcm", "input": "Hello."}


def test_azures_voice_is_asked_in_ssml() -> None:
    seen: list[httpx.Request] = []
    voice = AzureVoice(remote(seen), address="https://x", key="k", voice="en-US-AvaNeural", language="en-US")
    assert b"".join(voice.stream("You & me", rate=24_000)) == SPOKEN
    (request,) = seen
    assert request.headers["x-microsoft-outputformat"] == "raw-24khz-16bit-mono-pcm"
    assert request.content == (
        b'<speak version="1.0" xml:lang="en-US"><voice name="en-US-AvaNeural">You &amp; me</voice></speak>'
    )


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_sound_comes_at_the_wanted_rate(rate: int) -> None:
    voice = OpenaiVoice(remote([]), base_url="https://x", api_key="", model="m", voice="v")
    sound = b"".join(voice.stream("Hello.", rate=rate))
    assert len(sound) == rate
    assert level_dbfs(sound) == pytest.approx(level_dbfs(SPOKEN), abs=0.5)


def test_a_voice_that_is_interrupted_falls_silent() -> None:
    voice, said = OpenaiVoice(remote([]), base_url="https://x", api_key="", model="m", voice="v"), list[bytes]()
    for piece in voice.stream("Hello.", rate=24_000, cancelled=lambda: len(said) >= 2):
        said.append(piece)
    assert len(said) == 2
