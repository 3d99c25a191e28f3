"""`ngrok`: its SDK, in a process of its own.

The SDK (1.4 to 1.7) kills the interpreter when it ends after a connection that failed: SIGSEGV or SIGABRT, measured. In a child
that costs nothing; in the bridge it would cost its exit code, and look like a crash of ours.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from voiceagent.errors import RemoteError, UserError
from voiceagent.tunnels.child import ChildLink, child_link

CHILD = (sys.executable, "-m", "voiceagent.tunnels.ngrok_child")


def way(
    token: str, domain: str, local_port: int, *, program: Sequence[str] = CHILD, server: str = ""
) -> AbstractAsyncContextManager[ChildLink]:
    """A link through ngrok's cloud. The token goes over the child's standard input, where no list of processes shows it."""
    order = {"token": token, "domain": domain, "port": local_port, "server": server}
    given = json.dumps(order).encode() + b"\n"
    return child_link(program, "ngrok", address=address_in, refusal=lambda heard: _refusal(heard, token), given=given)


def address_in(line: str) -> str:
    """The address in a line of the child's; "" when there is none."""
    return str(_told(line).get("url", ""))


def _told(line: str) -> dict[str, object]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _refusal(heard: Sequence[str], token: str) -> UserError | RemoteError:
    told = next((one for line in reversed(heard) if (one := _told(line))), {})
    if told.get("missing"):
        return UserError("the tunnel ngrok needs its SDK, which is not installed", remedy="pip install ngrok")
    sentence = str(told.get("error") or (heard[-1] if heard else "it said nothing")).replace(token or "\0", "<secret>")
    return RemoteError(
        f"no tunnel: {sentence}",
        service="ngrok",
        code=str(told.get("code", "")),
        remedy="is NGROK_AUTHTOKEN right, and the quota of its account not used up? ngrok's dashboard tells",
    )
