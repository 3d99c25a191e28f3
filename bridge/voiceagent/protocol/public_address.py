"""Under which addresses a telephony service reaches a bridge: most tunnels have one, a relay has another for WebSockets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """`url` is the https address of the whole bridge. `sockets`, with `{path}` in it, is where WebSockets go if elsewhere."""

    url: str
    sockets: str = ""

    def http(self, path: str) -> str:
        """Where that path of ours is requested."""
        return f"{self.url}{path}"

    def ws(self, path: str) -> str:
        """Where a WebSocket to that path of ours is opened."""
        return self.sockets.replace("{path}", path) if self.sockets else f"{self.url.replace('http', 'ws', 1)}{path}"
