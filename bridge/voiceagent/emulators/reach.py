"""Where an emulator is reached, and who may use its own addresses under `/emulator`.

Those addresses place calls and read conversations, so by default they are for this machine alone, and for requests that name
it: a web page whose name was made to resolve to 127.0.0.1 sends its own name. An emulator that was given a `name` (that of a
container) is meant to be driven from other machines, and admits whoever asks for it under that name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

LOOPBACK = ("127.0.0.1", "::1")
NAMES = ("127.0.0.1", "localhost", "[::1]")
EVERYWHERE = ("", "0.0.0.0", "::")  # noqa: S104 - the addresses that mean all of a machine's


@dataclass(frozen=True, slots=True)
class Reach:
    """`host` is what is listened on, `name` what others call it by; with `tls` there is a second port for https and wss."""

    host: str = "127.0.0.1"
    name: str = ""
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    storage: str = ""
    """A name of Azure's storage for recordings, when a proxy leads it here."""

    def url(self, port: int, *, secure: bool = False) -> str:
        """Without a slash at its end: the SDKs sign another host with one."""
        return f"{'https' if secure else 'http'}://{self.name or self._own_name}:{port}"

    def admits(self, peer: str | None, host_header: str) -> bool:
        """Whether a request from that address, for that `Host`, may use the emulator's own addresses."""
        asked = _without_port(host_header)
        mine = (*NAMES, *filter(None, (self.name, self.storage)))
        return asked in mine and (bool(self.name) or peer in LOOPBACK)

    @property
    def _own_name(self) -> str:
        if self.host in EVERYWHERE:
            return "127.0.0.1"
        return f"[{self.host}]" if ":" in self.host else self.host


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.rsplit(":", 1)[0]
