"""An ear of Azure Speech: its REST interface for short audio. Unverified against the service: written from its documentation.

learn.microsoft.com/azure/ai-services/speech-service/rest-speech-to-text-short: up to 60 s of WAV, the answer in one piece.
"""

from __future__ import annotations

import json
from urllib.parse import quote

from voiceagent.audio.wav import wav_bytes
from voiceagent.errors import RemoteError
from voiceagent.speech.port import HEARING_RATE, Cancelled, Heard, never
from voiceagent.speech.remote import Remote, Request

PATH = "/speech/recognition/conversation/cognitiveservices/v1"
_NOTHING = ("NoMatch", "InitialSilenceTimeout", "BabbleTimeout", "EndOfDictation")


class AzureEar:
    """An `Ear`. `address` is `https://REGION.stt.speech.microsoft.com`, or what stands in for it."""

    def __init__(self, remote: Remote, *, address: str, key: str, language: str) -> None:
        self._remote = remote
        self._url = f"{address.rstrip('/')}{PATH}?language={quote(language or 'en-US')}&format=simple"
        self._headers = {
            "Ocp-Apim-Subscription-Key": key,
            "Content-Type": f"audio/wav; codecs=audio/pcm; samplerate={HEARING_RATE}",
            "Accept": "application/json",
        }

    def transcribe(self, pcm: bytes, *, digits: bool = False, cancelled: Cancelled = never) -> Heard:  # noqa: ARG002
        answer = self._remote.ask(Request(self._url, self._headers, content=wav_bytes(pcm, HEARING_RATE)), cancelled)
        return Heard("" if answer is None else _text(answer))


def _text(answer: bytes) -> str:
    try:
        told = json.loads(answer)
        status = told["RecognitionStatus"]
    except (ValueError, LookupError, TypeError) as error:
        raise RemoteError("the recognition has no `RecognitionStatus`", service="Azure Speech") from error
    if status == "Success":
        return str(told.get("DisplayText") or "")
    if status in _NOTHING:
        return ""
    raise RemoteError(f"the recognition ended with {status}", service="Azure Speech", code=str(status))
