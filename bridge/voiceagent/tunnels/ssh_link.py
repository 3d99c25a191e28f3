"""One SSH connection that has its server listen for us, inside this process: no `ssh` program is needed.

What was measured against OpenSSH decides the details. aes128-gcm goes first, because the library's own first choice costs half
as much again. And a session is always opened, though a port forwarding needs none: OpenSSH's server sends without waiting for
more (TCP_NODELAY) only on connections that have had one, and a caller's 20 ms frames would otherwise be held back for a round
trip. Services without an account print their address into that session.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voiceagent.errors import RemoteError, UserError
from voiceagent.protocol.public_address import PublicAddress
from voiceagent.tunnels.host_keys import HostKeys

if TYPE_CHECKING:
    import asyncssh

CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes128-ctr")
KEEPALIVE_SECONDS, KEEPALIVES = 5, 2
"""A silent server is noticed within 15 s, a broken connection at once."""
CONNECT_SECONDS = 10
ADDRESS_SECONDS = 20
"""How long a service may take to print the address it gives."""
CLOSE_SECONDS = 2.0
IDLE_COMMAND = "exec cat"
"""Waits for its input to end and prints nothing: a session that does no more than exist."""


@dataclass(frozen=True, slots=True)
class SshServer:
    """Where to connect, who we are there, and what it shall listen on. `port` is the SSH port."""

    host: str
    port: int
    user: str
    host_keys: HostKeys
    listen_host: str = ""
    listen_port: int = 0
    key_file: str = ""
    own_keys: bool = True
    """Without a key file: the agent's and the usual files. False: none, for services that take anybody."""

    @property
    def name(self) -> str:
        """For people."""
        return self.host if self.port == 22 else f"{self.host}:{self.port}"


@dataclass(slots=True)
class SshLink:
    """A `Link` over one connection. `port` is what the server listens on."""

    address: PublicAddress
    port: int
    _connection: asyncssh.SSHClientConnection
    _listener: asyncssh.SSHListener
    _ending: _Ending
    _name: str

    async def lost(self) -> str:
        """Wait for the end of the connection or of its listener, and tell why it ended."""
        async with asyncio.TaskGroup() as tasks:
            watched = {tasks.create_task(self._connection.wait_closed()), tasks.create_task(self._listener.wait_closed())}
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            for one in watched:
                one.cancel()
        return f"the SSH connection to {self._name} ended: {self._ending.why or 'the server closed it'}"


class _Ending:
    """Why a connection ended, and why a host key was refused: told to the client object, asked for by ours."""

    def __init__(self) -> None:
        self.why = ""


@contextlib.asynccontextmanager
async def ssh_link(
    server: SshServer, local_port: int, *, address: Callable[[str], str] | None, fixed: Callable[[int], PublicAddress] | None
) -> AsyncIterator[SshLink]:
    """Connect, and have what reaches the server there forwarded to `local_port` of this machine, while the block runs.

    `fixed` tells the public address of a server of one's own from the port it listens on; `address` finds it in a line that a
    service prints ("" when it is not there). UserError for what is to be mended here, RemoteError for what the server refuses.
    """
    asyncssh = library()
    ending = _Ending()
    with _refusals(server):
        connection = await asyncssh.connect(**_options(server, ending))
    try:
        with _refusals(server):
            listener = await connection.forward_remote_port(server.listen_host, server.listen_port, "127.0.0.1", local_port)
            port = listener.get_port() or server.listen_port
            if address is not None:
                url = await _printed(connection, server, address)
                found = PublicAddress(url)
            else:
                assert fixed is not None
                await _idle(connection)
                found = fixed(port)
        yield SshLink(found, port, connection, listener, ending, server.name)
    finally:
        connection.close()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await connection.wait_closed()
        except TimeoutError:
            connection.abort()


def library() -> Any:
    """asyncssh; UserError when it is not installed."""
    try:
        import asyncssh
    except ImportError:
        raise UserError(
            "tunnels over SSH need asyncssh, which is not installed",
            remedy="pip install 'voiceagent-workbench[tunnel]'",
        ) from None
    return asyncssh


class _Client:
    """What we answer where the library's own client, which comes after it, would answer something else."""

    def __init__(self, server: SshServer, ending: _Ending) -> None:
        self._server, self._ending = server, ending

    def connection_lost(self, error: Exception | None) -> None:
        self._ending.why = str(error) if error else ""

    def validate_host_public_key(self, host: str, address: str, port: int, key: Any) -> bool:
        return self._server.host_keys.check(host, address, port, key)

    def password_auth_requested(self) -> str | None:
        return None if self._server.own_keys else ""  # Pinggy asks some clients for one, and takes none

    def kbdint_auth_requested(self) -> None:
        return None  # nobody is here to be asked


def _options(server: SshServer, ending: _Ending) -> dict[str, Any]:
    client = type("Client", (_Client, library().SSHClient), {})  # the library is imported late
    keys: dict[str, Any] = {"client_keys": (), "agent_path": ()}
    if server.key_file:
        keys = {"client_keys": [server.key_file], "agent_path": None}
    elif not server.own_keys:
        keys = {"client_keys": None, "agent_path": None}
    return {
        "host": server.host,
        "port": server.port,
        "username": server.user,
        "client_factory": lambda: client(server, ending),
        "config": None,  # ~/.ssh/config may hold forwardings and proxies of its own
        "known_hosts": server.host_keys.known() or b"\n",  # empty would mean the library's own search
        "encryption_algs": list(CIPHERS),
        "compression_algs": None,
        "keepalive_interval": KEEPALIVE_SECONDS,
        "keepalive_count_max": KEEPALIVES,
        "connect_timeout": CONNECT_SECONDS,
        "login_timeout": CONNECT_SECONDS,
        **keys,
    }


async def _idle(connection: asyncssh.SSHClientConnection) -> None:
    """A session for its side effect. Accounts that may open none get along without, only slower."""
    asyncssh = library()
    with contextlib.suppress(asyncssh.ChannelOpenError):
        await connection.create_process(IDLE_COMMAND)


async def _printed(connection: asyncssh.SSHClientConnection, server: SshServer, address: Callable[[str], str]) -> str:
    """What a service says before its prompt; it ends, or is silent, when it gives no address."""
    asyncssh = library()
    heard: list[str] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(ADDRESS_SECONDS):
            process = await connection.create_process(stderr=asyncssh.STDOUT)
            async for line in process.stdout:
                plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line).strip()
                if url := address(plain):
                    return url
                heard += [plain] if plain else []
    told = f": {' / '.join(heard)[:300]}" if heard else ""
    raise RemoteError(f"it gave no address{told}", service=server.name, remedy="try again, or another tunnel")


@contextlib.contextmanager
def _refusals(server: SshServer) -> Iterator[None]:
    """The library's exceptions as sentences."""
    asyncssh = library()
    try:
        yield
    except asyncssh.HostKeyNotVerifiable:
        keys = server.host_keys
        raise RemoteError(
            keys.refusal or f"{server.name} showed no key that is known for it", service="SSH server", remedy=keys.remedy
        ) from None
    except asyncssh.PermissionDenied as error:
        key = server.key_file or "the keys of the agent and of ~/.ssh"
        raise RemoteError(
            f"{server.user}@{server.name} does not let us in: {error.reason}",
            service="SSH server",
            remedy=f"it was shown {key}: add the public key to ~/.ssh/authorized_keys there, or name another in tunnel.ssh_key",
        ) from None
    except asyncssh.ChannelListenError:
        where = f"{server.listen_host or '*'}:{server.listen_port}"
        raise RemoteError(
            f"{server.name} does not listen on {where} for us: the port is taken, or forwarding is not allowed",
            service="SSH server",
            remedy="allow it there (AllowTcpForwarding, PermitListen), or choose another port in tunnel.ssh_listen",
        ) from None
    except (asyncssh.KeyEncryptionError, asyncssh.KeyImportError) as error:
        raise UserError(
            f"the key {server.key_file} cannot be used: {error}",
            remedy="give an OpenSSH private key in tunnel.ssh_key; one with a passphrase through the agent: ssh-add",
        ) from None
    except FileNotFoundError as error:
        raise UserError(
            f"tunnel.ssh_key is {error.filename}, which does not exist", remedy="name the file with the private key"
        ) from None
    except (OSError, asyncssh.Error) as error:
        reason = getattr(error, "reason", "") or getattr(error, "strerror", "") or str(error) or type(error).__name__
        raise RemoteError(
            f"{server.name} cannot be connected to: {reason}",
            service="SSH server",
            remedy=f"is the name right, and does it listen there? `ssh -p {server.port} {server.user}@{server.host}` may tell",
        ) from None
