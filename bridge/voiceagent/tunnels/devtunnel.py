"""`devtunnel`: Microsoft's dev tunnels, through their own program where it is installed. There is no SDK for Python.

What it prints is read as people have posted it from the real program; nobody has run this against it here. Its https ports have
broken WebSockets, so ours is announced as http; the address is https all the same.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from voiceagent.errors import RemoteError, UserError
from voiceagent.tunnels.child import ChildLink, child_link

PROGRAM = "devtunnel"
_ADDRESS = re.compile(r"https://[a-z0-9-]+\.(?:[a-z0-9]+\.)?devtunnels\.ms", re.IGNORECASE)
_LINE = "connect via browser:"


def way(tunnel_id: str, local_port: int, *, program: Sequence[str] = ()) -> AbstractAsyncContextManager[ChildLink]:
    """A link through a dev tunnel: the given one, whose name stays, or a new one. UserError without the program."""
    own = list(program) or [found()]
    access = ["--port-numbers", str(local_port), "--protocol", "http", "--allow-anonymous"]
    words = ["host", tunnel_id, *access] if tunnel_id else ["host", *access]
    return child_link([*own, *words], PROGRAM, address=lambda line: address_in(line, local_port), refusal=_refusal)


def found() -> str:
    """Where the program is; UserError when it is nowhere."""
    path = shutil.which(PROGRAM)
    if path is None:
        raise UserError(
            "the tunnel devtunnel needs the program of that name, which is not installed",
            remedy="install Microsoft's devtunnel CLI and run `devtunnel user login`, or take another tunnel",
        )
    return path


def address_in(line: str, port: int) -> str:
    """The address in a line it prints: of several the one that has our port in its name, which needs none after it."""
    if not line.lower().startswith(_LINE):
        return ""
    found = _ADDRESS.findall(line)
    named = [url for url in found if url.split(".")[0].endswith(f"-{port}")]
    return str((named or found or [""])[0])


def _refusal(heard: Sequence[str]) -> RemoteError:
    said = " / ".join(heard)[:300] or "it said nothing"
    login = "login" in said.lower() or "unauthorized" in said.lower()
    return RemoteError(
        f"no tunnel: {said}",
        service=PROGRAM,
        remedy="run `devtunnel user login`" if login else "run `devtunnel host -p 8080 --allow-anonymous` and see what it says",
    )
