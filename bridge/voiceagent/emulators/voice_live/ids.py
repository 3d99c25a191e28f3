"""What identifiers of the service look like, and how to make the same ones again from a seed.

Backend ids begin with five base62 digits that count seconds since 2019-12-19; items made by the client get a longer random tail
without that stamp. Recorded: `sess_E4BArhaTppDgIp3phZDcf`, `item_1NEGWt6HlQ4SHbk7pOcFOC`, `event_6UkYip0C2Yhq5gLxloq8cl`.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase

STAMP_EPOCH_SECONDS = 1_576_800_000
"""The zero of the time stamp, calibrated on recorded expiry times."""


def stamp(seconds: float) -> str:
    """Five base62 digits for a Unix time."""
    count = max(0, int(seconds) - STAMP_EPOCH_SECONDS)
    digits = ""
    for _ in range(5):
        count, digit = divmod(count, 62)
        digits = _BASE62[digit] + digits
    return digits


class Ids:
    """Makes ids; the same seed and the same times make the same ids."""

    def __init__(self, *, seed: int | None, wall: Callable[[], float]) -> None:
        self._random = random.Random(seed)  # noqa: S311 - names, not secrets
        self._wall = wall

    def event(self) -> str:
        return "event_" + self._tail(22)

    def session(self) -> str:
        return self._backend("sess_")

    def conversation(self) -> str:
        return self._backend("conv_")

    def response(self) -> str:
        return self._backend("resp_")

    def item(self) -> str:
        """An item the service made: spoken turns and everything in a response."""
        return self._backend("item_")

    def client_item(self) -> str:
        """An item the client created without choosing an id."""
        return "item_" + self._tail(22)

    def mcp(self, what: str) -> str:
        """An item about an MCP server: `mcpl` lists tools, `mcp` calls one, `mcpr` asks for approval."""
        return self._backend(f"{what}_")

    def interim(self) -> str:
        """An item that is spoken while the answer is still thought about."""
        return self._backend("interim_")

    def segment(self) -> str:
        return self._backend("seg_")

    def padding(self, length: int) -> str:
        """Characters that hide how long a delta is."""
        return self._tail(length)

    def call(self) -> str:
        return "call_" + self._tail(16)

    def _backend(self, prefix: str) -> str:
        return prefix + stamp(self._wall()) + self._tail(16)

    def _tail(self, length: int) -> str:
        return "".join(self._random.choices(_BASE62, k=length))
