"""Where a bridge is reached from outside at the moment, and where it was: a tunnel that is made again may get another address.

A call is told its addresses when it begins and keeps them. What still comes for it, signed for the old address, is its own.
"""

from __future__ import annotations

import re
from collections import deque

from voiceagent.protocol.public_address import PublicAddress

_REVISION = re.compile(r"^(https://[a-z0-9-]+?)--[a-z0-9-]+(\.[a-z0-9.-]+\.azurecontainerapps\.io)$")
"""A revision of a container app: what is told to strangers, as Twilio is told its webhook, is the app's name without it."""

_REMEMBERED = 8
"""Former addresses. Twilio's requests for a call that began under one are signed for it; calls are few and short."""


class Public:
    """The addresses of one bridge. `door` is what the paths of its calls begin with, where there are other replicas."""

    def __init__(self, url: str) -> None:
        self.door = ""
        self._address = PublicAddress(url.rstrip("/"))
        self._former: deque[str] = deque(maxlen=_REMEMBERED)

    @property
    def url(self) -> str:
        """The address of today."""
        return self._address.url

    @property
    def urls(self) -> tuple[str, ...]:
        """Under which a request may have come: the present one first."""
        return (self.url, *_app_of(self.url), *self._former)

    def move(self, address: PublicAddress) -> None:
        """Calls that begin from now on are told this one."""
        if self.url and address.url != self.url:
            self._former.appendleft(self.url)
        self._address = address

    def http(self, path: str) -> str:
        """Where a call of ours requests that path."""
        return self._address.http(self.door + path)

    def ws(self, path: str) -> str:
        """Where a call of ours opens a WebSocket to that path."""
        return self._address.ws(self.door + path)


def _app_of(url: str) -> tuple[str, ...]:
    found = _REVISION.match(url)
    return () if found is None else (found[1] + found[2],)
