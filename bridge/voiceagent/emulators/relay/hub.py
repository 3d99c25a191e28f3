"""What a relay knows between two sockets: the listener, and whoever waits for it to answer.

A sender waits at a rendezvous. The listener is told its address over the control channel, dials it once, and what then happens
to the listener's socket is the sender's.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from starlette.websockets import WebSocket

from voiceagent.protocol.azure_relay import FRAMING, PRIVATE

WAIT_SECONDS = 30.0
"""How long an address is good for, as the guide says."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the listener answered to a request."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(slots=True)
class Rendezvous:
    """A sender that waits. `arrived` gets the listener's socket, or the status it refuses with."""

    arrived: asyncio.Future[WebSocket | int]
    over: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Hub:
    """One hybrid connection at `base` (`ws://HOST`). `control` is the listener's channel, None while nobody listens."""

    base: str
    path: str
    control: WebSocket | None = None
    waiting: dict[str, Rendezvous] = field(default_factory=dict)
    answers: dict[str, asyncio.Future[Answered]] = field(default_factory=dict)
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)

    def meet(self, action: str, *, suffix: str = "", query: str = "") -> tuple[str, str, Rendezvous]:
        """A new rendezvous: its id, the address to be dialled, and where to wait."""
        rendezvous_id = secrets.token_hex(8)
        rendezvous = self.waiting[rendezvous_id] = Rendezvous(asyncio.get_running_loop().create_future())
        own = urlencode({"sb-hc-action": action, "sb-hc-id": rendezvous_id})
        address = f"{self.base}/$hc/{quote(self.path)}{suffix}?{query}{'&' if query else ''}{own}"
        return rendezvous_id, address, rendezvous

    async def tell(self, message: Mapping[str, Any], body: bytes = b"") -> bool:
        """Send the listener a message and its body; False when nobody listens."""
        control = self.control
        if control is None:
            return False
        async with self.sending:  # a text and its body stand together
            await control.send_text(json.dumps(message))
            if body:
                await control.send_bytes(body)
        return True


def headers_for_listener(headers: Mapping[str, str]) -> dict[str, str]:
    """What of a request's headers a listener is told: all but those of the connection."""
    return {name: value for name, value in headers.items() if name.lower() not in FRAMING}


def public_query(pairs: list[tuple[str, str]]) -> str:
    """A query without the relay's own parameters."""
    return urlencode([(name, value) for name, value in pairs if not name.startswith(PRIVATE)])
