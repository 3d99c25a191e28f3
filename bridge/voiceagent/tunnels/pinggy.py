"""`pinggy`: a service over SSH on port 443. Without a token it ends after an hour, and the next one has another name.

What it prints is read as many people have posted it; nobody has run this against it here.
"""

from __future__ import annotations

import re
from contextlib import AbstractAsyncContextManager

from voiceagent.tunnels.host_keys import HostKeys
from voiceagent.tunnels.ssh_link import SshLink, SshServer, ssh_link

FREE_HOST, PAID_HOST = "free.pinggy.io", "pro.pinggy.io"
_ADDRESS = re.compile(r"^(https://(?!(?:[a-z]+\.)?pinggy\.io)[a-z0-9.-]+)/?$", re.IGNORECASE)
"""A line of its own, and no page of Pinggy's. Their domains change, and who pays may have one of their own."""


def server(host_keys: HostKeys, token: str = "", *, host: str = "", port: int = 443) -> SshServer:
    """The service; with a token, the one for those who pay."""
    return SshServer(
        host=host or (PAID_HOST if token else FREE_HOST),
        port=port,
        user=token or "voiceagent",
        host_keys=host_keys,
        own_keys=False,
    )


def address_in(line: str) -> str:
    """The address in a line it prints; "" when there is none."""
    found = _ADDRESS.search(line)
    return found[1] if found else ""


def way(server: SshServer, local_port: int) -> AbstractAsyncContextManager[SshLink]:
    """A link whose address the service gives."""
    return ssh_link(server, local_port, address=address_in, fixed=None)
