"""The sound between us and an engine: the call's own PCM as it is, or µ-law for engines that speak nothing else."""

from __future__ import annotations

import base64
from typing import Any, Protocol

from voiceagent.audio.chunks import decode_payload
from voiceagent.audio.g711 import ulaw_decode, ulaw_encode
from voiceagent.audio.narrowband import FromLine, ToLine


class Sound(Protocol):
    """One session's sound, in both directions. Payloads are base64."""

    def asked(self, session: dict[str, Any]) -> dict[str, Any]:
        """The `session` of a session.update, with the formats that are meant."""
        ...

    def to_engine(self, payload: bytes) -> bytes:
        """A piece of the caller."""
        ...

    def from_engine(self, payload: bytes) -> bytes:
        """A piece of a reply. Raises ValueError when it is not base64."""
        ...


class Plain:
    """The call's own PCM."""

    def asked(self, session: dict[str, Any]) -> dict[str, Any]:
        return session

    def to_engine(self, payload: bytes) -> bytes:
        return payload

    def from_engine(self, payload: bytes) -> bytes:
        return payload


class Ulaw:
    """8 kHz µ-law on the wire, the call's PCM on our side."""

    def __init__(self, rate: int) -> None:
        self._to_line = ToLine(rate)
        self._from_line = FromLine(rate)

    def asked(self, session: dict[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in session.items() if name != "input_audio_sampling_rate"}
        return {**kept, "input_audio_format": "g711_ulaw", "output_audio_format": "g711_ulaw"}

    def to_engine(self, payload: bytes) -> bytes:
        return base64.b64encode(ulaw_encode(self._to_line.push(decode_payload(payload))))

    def from_engine(self, payload: bytes) -> bytes:
        return base64.b64encode(self._from_line.push(ulaw_decode(decode_payload(payload))))
