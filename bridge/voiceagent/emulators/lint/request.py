"""One HTTP request as the rules look at it, and which addresses in it want TLS. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from voiceagent.loopback import LOOPBACK


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; names of headers are lower case."""

    operation: str
    """Without its service: answer, transfer, start_recording."""
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def members(self) -> dict[str, Any] | None:
        """The body's, when it is a JSON object."""
        try:
            found = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


def is_plain_elsewhere(address: str, scheme: str = "http") -> bool:
    """Whether an address has this scheme without TLS and leads to another machine: an emulated call never leaves this one.

    One that cannot be read, such as `https://[`, does not: the emulator says so when it is to be used.
    """
    try:
        parts = urlsplit(address)
        return parts.scheme == scheme and parts.hostname not in LOOPBACK
    except ValueError:
        return False
