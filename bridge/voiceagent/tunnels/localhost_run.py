"""`localhost.run`: a service over SSH that takes anybody. Its names change after hours, unless a key belongs to an account.

What it prints is read as many people have posted it; nobody has run this against it here.
"""

from __future__ import annotations

import re
from contextlib import AbstractAsyncContextManager

from voiceagent.tunnels.host_keys import HostKeys
from voiceagent.tunnels.ssh_link import SshLink, SshServer, ssh_link

HOST = "localhost.run"
_ADDRESS = re.compile(r"tunneled with tls termination,? *(https://[a-z0-9.-]+)|^(https://\S+) tunneled with tls", re.IGNORECASE)


def server(host_keys: HostKeys, key_file: str = "", *, host: str = HOST, port: int = 22) -> SshServer:
    """The service; with a key, the name that belongs to it."""
    return SshServer(
        host=host,
        port=port,
        user="voiceagent" if key_file else "nokey",
        host_keys=host_keys,
        listen_port=80,
        key_file=key_file,
        own_keys=False,
    )


def address_in(line: str) -> str:
    """The address in a line it prints; "" when there is none."""
    found = _ADDRESS.search(line)
    return (found[1] or found[2]).rstrip("/") if found else ""


def way(server: SshServer, local_port: int) -> AbstractAsyncContextManager[SshLink]:
    """A link whose address the service gives."""
    return ssh_link(server, local_port, address=address_in, fixed=None)
