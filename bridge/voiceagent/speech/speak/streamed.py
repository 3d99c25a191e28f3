"""Voices that are streamed from somewhere else: whole samples at the wanted rate, each piece as soon as it has come."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from voiceagent.audio.resample import Resampler
from voiceagent.speech.port import Cancelled, Variant, never
from voiceagent.speech.remote import Remote, Request

SPOKEN_RATE = 24_000
"""Of OpenAI's `pcm`, and of the format we ask Azure for."""


class OpenaiVoice:
    """A `Voice` behind `/audio/speech`, as OpenAI and the servers that are compatible with it offer it."""

    def __init__(self, remote: Remote, *, base_url: str, api_key: str, model: str, voice: str) -> None:
        self._remote = remote
        self._url = f"{base_url.rstrip('/')}/audio/speech"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._wanted = {"model": model, "voice": voice, "response_format": "pcm"}

    def stream(
        self,
        text: str,
        *,
        rate: int,
        variant: Variant = "agent",  # noqa: ARG002 - one timbre
        cancelled: Cancelled = never,
    ) -> Iterator[bytes]:
        request = Request(self._url, self._headers, json={**self._wanted, "input": text})
        yield from _at(rate, self._remote.listen(request, cancelled))


class AzureVoice:
    """A `Voice` of Azure Speech. Unverified against the service: written from its documentation.

    learn.microsoft.com/azure/ai-services/speech-service/rest-text-to-speech. `address` is
    `https://REGION.tts.speech.microsoft.com`, or what stands in for it.
    """

    def __init__(self, remote: Remote, *, address: str, key: str, voice: str, language: str) -> None:
        self._remote = remote
        self._url = f"{address.rstrip('/')}/cognitiveservices/v1"
        self._headers = {
            "Ocp-Apim-Subscription-Key": key,
            "Content-Type": "application/ssml+xml",
            "X-Microsoft-OutputFormat": "raw-24khz-16bit-mono-pcm",
            "User-Agent": "voiceagent",
        }
        self._frame = f'<speak version="1.0" xml:lang={quoteattr(language or "en-US")}><voice name={quoteattr(voice)}>'

    def stream(
        self,
        text: str,
        *,
        rate: int,
        variant: Variant = "agent",  # noqa: ARG002 - one timbre
        cancelled: Cancelled = never,
    ) -> Iterator[bytes]:
        ssml = f"{self._frame}{escape(text)}</voice></speak>".encode()
        yield from _at(rate, self._remote.listen(Request(self._url, self._headers, content=ssml), cancelled))


def _at(rate: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
    resampler = Resampler(SPOKEN_RATE, rate)
    for piece in pieces:
        if pcm := resampler.push(piece):
            yield pcm
    if rest := resampler.flush():
        yield rest
