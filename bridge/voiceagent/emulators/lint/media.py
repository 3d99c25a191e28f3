"""Looks at the frames that an app sends on the media socket. Pure; one for each socket.

Good frames are 50 a second in each call, so they are looked at cheaply: in full when they are among the first or one in fifty.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from voiceagent.emulators.lint.rule import Breach
from voiceagent.protocol.acs_media import audio_payload
from voiceagent.protocol.declared import is_base64

FRAME_BYTES = {16_000: 640, 24_000: 960}
"""20 ms of audio."""
SAME_SIZE = 25
"""So many frames of another rate's size, and none of another size, are no coincidence."""
LONG_QUEUE_MS = 60_000
LARGE = 1_048_576
IN_FULL = 50

SEEN = {
    "kind": ("Kind", "kind"),
    "audiodata": ("AudioData", "audioData"),
    "stopaudio": ("StopAudio", "stopAudio"),
    "data": ("Data", "data"),
}
"""The spellings that Microsoft's own clients use."""


class MediaLint:
    """`rate` and `bidirectional` as the call was answered. `began` is set when the service has sent its metadata."""

    def __init__(self, *, rate: int, bidirectional: bool) -> None:
        self.began = False
        self._rate = rate
        self._bidirectional = bidirectional
        self._frames = 0
        self._other_size = 0
        self._queued_until = 0.0

    def look(self, frame: bytes, at_ms: float) -> list[Breach]:
        """What is wrong with a frame."""
        breaches = [] if self.began else [Breach("media-early")]
        if len(frame) > LARGE:
            breaches.append(Breach("media-large", f"It has {len(frame)} bytes."))
        payload = audio_payload(frame)
        return [*breaches, *(self._parsed(frame, at_ms) if payload is None else self._audio(payload, at_ms))]

    def _parsed(self, frame: bytes, at_ms: float) -> Iterator[Breach]:
        try:
            found = json.loads(frame.decode("utf-8"))
        except UnicodeDecodeError:
            yield Breach("media-utf8")
            return
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            yield Breach("media-json")
            return
        yield from _spelling(found)
        members = {name.lower(): value for name, value in found.items()}
        kind = members.get("kind")
        if not isinstance(kind, str):
            yield Breach("media-kind-missing")
            return
        if kind not in (*SEEN["audiodata"], *SEEN["stopaudio"]) and kind.lower() in SEEN:
            yield Breach("media-case", f"It is the kind {kind!r}.")
        match kind.lower():
            case "audiodata":
                yield from self._audio_frame(members, at_ms)
            case "stopaudio":
                self._queued_until = 0.0
                if not isinstance(members.get("stopaudio"), dict) or members.get("audiodata") is not None:
                    yield Breach("media-stop-shape")
            case _:
                yield Breach("media-kind-unknown", f"It is {kind!r}.")

    def _audio_frame(self, members: Mapping[str, Any], at_ms: float) -> Iterator[Breach]:
        body = members.get("audiodata")
        data = {name.lower(): value for name, value in body.items()}.get("data") if isinstance(body, dict) else None
        if isinstance(body, dict):
            yield from _spelling(body)
        if not isinstance(data, str):
            yield Breach("media-no-data")
            return
        yield from self._audio(data.encode("utf-8", "replace"), at_ms)

    def _audio(self, payload: bytes, at_ms: float) -> Iterator[Breach]:
        self._frames += 1
        if not payload:
            yield Breach("media-empty")
            return
        if (self._frames <= IN_FULL or self._frames % IN_FULL == 0) and not is_base64(payload):
            yield Breach("media-base64")
            return
        if not self._bidirectional:
            yield Breach("media-one-way")
        size = len(payload) // 4 * 3 - payload[-2:].count(b"=")
        if size % 2:
            yield Breach("media-odd", f"It has {size} bytes.")
        self._queued_until = max(self._queued_until, at_ms) + size / (self._rate * 2) * 1000
        if self._queued_until - at_ms > LONG_QUEUE_MS:
            yield Breach("media-fast")
        yield from self._rate_of(size)

    def _rate_of(self, size: int) -> Iterator[Breach]:
        others = [other for rate, other in FRAME_BYTES.items() if rate != self._rate]
        if self._frames > SAME_SIZE or size not in others:
            self._other_size = -SAME_SIZE
        self._other_size += 1
        if self._other_size == SAME_SIZE:
            yield Breach("media-rate", f"They have {size} bytes, and the call has {self._rate} Hz.")


def _spelling(members: Mapping[str, Any]) -> Iterator[Breach]:
    for name in members:
        known = SEEN.get(name.lower())
        if known is not None and name not in known:
            yield Breach("media-case", f"It is {name!r}; {known[0]!r} is documented.")
