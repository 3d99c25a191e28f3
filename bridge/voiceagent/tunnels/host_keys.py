"""Which SSH servers are who they say: the keys that are known, and what is done with a server that is seen for the first time.

Known is what stands in the file of our own or in the user's `~/.ssh/known_hosts`. A new server's key is written to ours, and
that this was taken on trust is told; a server whose key has changed is refused, whatever the settings say about new ones.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(slots=True)
class HostKeys:
    """`ours` is the file new keys are written to, `also` further files with known ones. `tell` hears of a new server."""

    ours: Path
    also: Sequence[Path] = ()
    unknown: Literal["trust", "refuse"] = "trust"
    tell: Callable[[str], None] = lambda _: None
    refusal: str = field(default="", init=False)
    """Why the last check failed."""
    remedy: str = field(default="", init=False)

    def known(self) -> bytes:
        """All known keys in the format of `known_hosts`; a server is asked for a key of a kind that is known for it."""
        return b"\n".join(_readable(path) for path in (self.ours, *self.also))

    def check(self, host: str, address: str, port: int, key: Any) -> bool:
        """Whether that server may be talked to, which showed a key that is not known for it. `refusal` tells why not."""
        name = host if port == 22 else f"[{host}]:{port}"
        fingerprint = key.get_fingerprint()
        if self._has_another(host, address, port):
            self.refusal = f"{name} shows another key than it did before ({fingerprint}): it was set up anew, or it is not it"
            self.remedy = f"ask who runs it; if that is its key, delete its lines in {self._files()}"
            return False
        if self.unknown == "refuse":
            self.refusal = f"{name} is not known ({fingerprint}), and tunnel.unknown_hosts is refuse"
            self.remedy = f"write its key into {self.ours}: ssh-keyscan -p {port} {host}, after comparing the fingerprint"
            return False
        self._remember(name, key)
        self.tell(f"{name} is new here: its key {fingerprint} was taken on trust and written to {self.ours}")
        return True

    def _has_another(self, host: str, address: str, port: int) -> bool:
        import asyncssh

        text = self.known().decode(errors="replace")
        found = asyncssh.import_known_hosts(text).match(host, address, None if port == 22 else port)
        return any(found)

    def _remember(self, name: str, key: Any) -> None:
        self.ours.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        before = _readable(self.ours)
        line = f"{name} ".encode() + key.export_public_key("openssh").strip()
        self.ours.touch(mode=0o600)
        self.ours.write_bytes(before + (b"" if not before or before.endswith(b"\n") else b"\n") + line + b"\n")

    def _files(self) -> str:
        return " and ".join(str(path) for path in (self.ours, *self.also) if path.is_file())


def _readable(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
