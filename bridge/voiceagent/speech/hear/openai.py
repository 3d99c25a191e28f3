"""An ear behind `/audio/transcriptions`, as OpenAI and the servers that are compatible with it offer it."""

from __future__ import annotations

import json

from voiceagent.audio.wav import wav_bytes
from voiceagent.errors import RemoteError
from voiceagent.speech.port import HEARING_RATE, Cancelled, Heard, never
from voiceagent.speech.remote import Remote, Request

_SHORTEST_BYTES = HEARING_RATE // 10 * 2
"""A tenth of a second; servers refuse less."""


class OpenaiEar:
    """An `Ear`. It has no digits mode: what it hears of a number is what it writes."""

    def __init__(self, remote: Remote, *, base_url: str, api_key: str, model: str, language: str) -> None:
        self._remote = remote
        self._url = f"{base_url.rstrip('/')}/audio/transcriptions"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        told = {"language": language.partition("-")[0]} if language else {}  # by ISO 639-1, without a country
        self._form = {"model": model, "response_format": "json", **told}

    def transcribe(self, pcm: bytes, *, digits: bool = False, cancelled: Cancelled = never) -> Heard:  # noqa: ARG002
        if len(pcm) < _SHORTEST_BYTES:
            return Heard("")
        files = {"file": ("turn.wav", wav_bytes(pcm, HEARING_RATE), "audio/wav")}
        answer = self._remote.ask(Request(self._url, self._headers, form=self._form, files=files), cancelled)
        return Heard("" if answer is None else _text(answer))


def _text(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["text"]).strip()
    except (ValueError, LookupError, TypeError) as error:
        raise RemoteError("the transcription has no `text`", service="transcription endpoint") from error
