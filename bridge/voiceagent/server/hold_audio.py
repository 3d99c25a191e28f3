"""GET of /hold/{call}/{token}: what a caller on hold hears when the project names no recording of its own.

Soft chords made of numbers, in the one format that Azure plays: WAV, mono, 16 bit, 16 kHz. Azure repeats the file.
"""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from voiceagent.errors import RemoteProtocolError
from voiceagent.server.tokens import Refused
from voiceagent.server.webhooks import admitted, stranger_refused

if TYPE_CHECKING:
    from voiceagent.server.bridge import Bridge

RATE = 16_000
_CHORDS = ((392.0, 493.9, 587.3), (329.6, 415.3, 493.9), (349.2, 440.0, 523.3), (293.7, 370.0, 440.0))
_SOUND_MS, _REST_MS = 900.0, 700.0
_LEVEL_DBFS = -30.0  # of each tone: well below speech, and well above the noise of a line


def hold_audio_endpoint(bridge: Bridge) -> Callable[[Request], Awaitable[Response]]:
    """For whoever knows the address of a call that goes on: the telephony service."""

    async def endpoint(request: Request) -> Response:
        try:
            admitted(bridge, request.path_params["call"], request.path_params["token"])
        except (Refused, RemoteProtocolError) as refused:
            return stranger_refused("/hold", refused) if isinstance(refused, Refused) else Response(status_code=404)
        return Response(await asyncio.to_thread(hold_tones), media_type="audio/wav")  # the first time it is computed

    return endpoint


@cache
def hold_tones() -> bytes:
    """The file; made once."""
    from voiceagent.audio.tones import silence, tone

    pcm = b"".join(tone(chord, _SOUND_MS, RATE, level_dbfs=_LEVEL_DBFS) + silence(_REST_MS, RATE) for chord in _CHORDS)
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes(pcm)
    return file.getvalue()
