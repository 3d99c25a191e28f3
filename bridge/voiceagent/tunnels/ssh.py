"""`ssh:USER@HOST[:PORT]`: a server of one's own, which listens for us. What stands before it there gives https and a name."""

from __future__ import annotations

import re
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from voiceagent.errors import UserError
from voiceagent.protocol.public_address import PublicAddress
from voiceagent.tunnels.ssh_link import SshLink, SshServer, ssh_link

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings
    from voiceagent.tunnels.host_keys import HostKeys

_TARGET = re.compile(r"(?P<user>[^@\s]+)@(?P<host>\[[0-9a-fA-F:]+\]|[^@:\s]+)(:(?P<port>\d{1,5}))?")
_LISTEN = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^:\s]*):(?P<port>\d{1,5})")


def server_of(target: str, settings: Settings, host_keys: HostKeys) -> SshServer:
    """The server that `USER@HOST[:PORT]` and the settings mean. UserError when they mean none."""
    found, listen = _TARGET.fullmatch(target), _LISTEN.fullmatch(settings.tunnel.ssh_listen)
    if found is None or int(found["port"] or 22) > 65535:
        raise UserError(f'"{target}" is no SSH server', remedy="write ssh:USER@HOST, or ssh:USER@HOST:PORT")
    if listen is None or int(listen["port"]) > 65535:
        raise UserError(
            f'tunnel.ssh_listen is "{settings.tunnel.ssh_listen}"', remedy="write ADDRESS:PORT, such as 127.0.0.1:8080"
        )
    return SshServer(
        host=found["host"].strip("[]"),
        port=int(found["port"] or 22),
        user=found["user"],
        host_keys=host_keys,
        listen_host=listen["host"].strip("[]"),
        listen_port=int(listen["port"]),
        key_file=settings.tunnel.ssh_key,
    )


def way(server: SshServer, public_url: str, local_port: int) -> AbstractAsyncContextManager[SshLink]:
    """A link whose address is the given one, or without one the port that the server listens on."""

    def address(port: int) -> PublicAddress:
        host = f"[{server.host}]" if ":" in server.host else server.host
        return PublicAddress(public_url.rstrip("/") or f"http://{host}:{port}")

    return ssh_link(server, local_port, address=None, fixed=address)
