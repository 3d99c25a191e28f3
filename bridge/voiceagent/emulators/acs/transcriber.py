"""The transcription socket of one call, as the service dials it: its first frame, then one for everything that was said.

No Microsoft schema describes these frames; they follow the client libraries' parsers. Times are in ticks of 100 ns.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.media import BROKEN, MediaFailed, dial
from voiceagent.emulators.acs.transcribing import Spoken
from voiceagent.emulators.tap import Tap, tapped_socket

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

    from voiceagent.emulators.acs.effects import Result
    from voiceagent.emulators.acs.state import Call

TICKS_PER_MS = 10_000


def metadata_frame(call: Call, locale: str) -> str:
    return _frame(
        "TranscriptionMetadata",
        {
            "subscriptionId": call.transcribing.subscription_id,
            "locale": locale,
            "callConnectionId": call.connection_id,
            "correlationId": call.correlation_id,
        },
    )


def data_frame(spoken: Spoken) -> str:
    return _frame(
        "TranscriptionData",
        {
            "text": spoken.text,
            "format": "display",
            "confidence": round(spoken.confidence, 3),
            "offset": round(spoken.began_ms * TICKS_PER_MS),
            "duration": round((spoken.ended_ms - spoken.began_ms) * TICKS_PER_MS),
            "words": _words(spoken),
            "participantRawID": spoken.speaker,
            "resultStatus": "Final",
        },
    )


# unverified: transcribed-words
def _words(spoken: Spoken) -> list[dict[str, Any]]:
    """Each word with an equal share of the time of its letters: their real places are not known."""
    words = spoken.text.split()
    letters = sum(map(len, words)) or 1
    per_letter = (spoken.ended_ms - spoken.began_ms) * TICKS_PER_MS / letters
    found, at = [], spoken.began_ms * TICKS_PER_MS
    for word in words:
        found.append({"text": word, "offset": round(at), "duration": round(len(word) * per_letter)})
        at += len(word) * per_letter
    return found


def _frame(kind: str, body: dict[str, Any]) -> str:
    return json.dumps({"kind": kind, kind[0].lower() + kind[1:]: body}, separators=(",", ":"))


class Transcriber:
    """`changed` is called after each report to the state."""

    def __init__(
        self, call: Call, *, headers: Callable[[], dict[str, str]], changed: Callable[[], None], tap: Tap | None = None
    ) -> None:
        self._call = call
        self._headers = headers
        self._changed = changed
        self._tap = tap
        self._socket: ClientConnection | None = None

    async def run(self, url: str, locale: str) -> None:
        """From dialling the socket to its end."""
        try:
            socket: Any = tapped_socket(await dial(url, self._headers()), self._tap, "transcription", url)
        except MediaFailed as failure:
            self._failed(_details(failure.details), failure.result)
            return
        if not self._call.leg_is_up:
            await socket.close()
            return
        await socket.send(metadata_frame(self._call, locale))
        self._socket = socket
        self._call.transcribing.opened()
        self._changed()
        await socket.wait_closed()
        if self._socket is socket:
            self._socket = None
            self._failed("streamConnectionInterrupted", BROKEN)

    async def say(self, spoken: Spoken) -> None:
        from websockets.exceptions import ConnectionClosed

        if self._socket is not None:
            try:
                await self._socket.send(data_frame(spoken))
            except ConnectionClosed:
                return  # `run` tells

    async def close(self) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close()

    def _failed(self, details: str, result: Result) -> None:
        self._call.transcribing.failed(details, result)
        self._changed()


def _details(media: str) -> str:
    """Transcription knows fewer reasons than media streaming."""
    return "streamConnectionUnsuccessful" if media == "initialWebSocketConnectionFailed" else media
