"""Looks at the frames that an app sends on the media socket. Pure; one for each socket."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from voiceagent.emulators.lint.rule import Breach
from voiceagent.emulators.lint.shape import Shape, decoded_size
from voiceagent.protocol.acs_media import audio_payload
from voiceagent.protocol.declared import is_base64

FRAME_BYTES = {16_000: 640, 24_000: 960}
"""20 ms of audio."""
SAME_SIZE = 25
"""So many frames of another rate's size, and none of another size, are no coincidence."""
LONG_QUEUE_MS = 60_000
LARGE = 1_048_576

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
        self._shape: Shape[bytes] = Shape()
        self._other_size = 0
        self._queued_until = 0.0

    def look(self, frame: bytes, at_ms: float) -> list[Breach]:
        """What is wrong with a frame."""
        if self.began and len(frame) <= LARGE and (size := self._shape.size(frame)) is not None:
            return self._sound(size, at_ms)
        breaches = [] if self.began else [Breach("media-early")]
        if len(frame) > LARGE:
            breaches.append(Breach("media-large", f"It has {len(frame)} bytes."))
        payload = audio_payload(frame)
        found = list(self._parsed(frame, at_ms) if payload is None else self._audio(payload, at_ms))
        if payload and not found:
            self._shape.learn(frame, payload)
        return [*breaches, *found]

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
        if not payload:
            yield Breach("media-empty")
        elif not is_base64(payload):
            yield Breach("media-base64")
        else:
            yield from self._sound(decoded_size(payload), at_ms)

    def _sound(self, size: int, at_ms: float) -> list[Breach]:
        """So many bytes of audio."""
        breaches = [] if self._bidirectional else [Breach("media-one-way")]
        if size % 2:
            breaches.append(Breach("media-odd", f"It has {size} bytes."))
        self._queued_until = max(self._queued_until, at_ms) + size / (self._rate * 2) * 1000
        if self._queued_until - at_ms > LONG_QUEUE_MS:
            breaches.append(Breach("media-fast"))
        self._frames += 1
        if self._frames <= SAME_SIZE:
            self._other_size += size != FRAME_BYTES.get(self._rate) and size in FRAME_BYTES.values()
            if self._other_size == SAME_SIZE:
                breaches.append(Breach("media-rate", f"They have {size} bytes, and the call has {self._rate} Hz."))
        return breaches


def _spelling(members: Mapping[str, Any]) -> Iterator[Breach]:
    for name in members:
        known = SEEN.get(name.lower())
        if known is not None and name not in known:
            yield Breach("media-case", f"It is {name!r}; {known[0]!r} is documented.")
