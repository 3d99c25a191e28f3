"""SSH servers on the loopback, for tests of tunnels: OpenSSH's own where it is installed, and a stand-in that obeys.

Both have a key of their own and let in whoever shows `key_file`. `cut` ends them and every connection through them, as a crash
of their machine would; `start` brings them back under the same address.
"""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voiceagent.config.load import environment
from voiceagent.loopback import somebody_listens

START_SECONDS = 10
LOOK_SECONDS = 0.01
CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
{more}
"""
RUN_FOLDER = "/run/sshd"
"""Where OpenSSH's server locks a part of itself in when root starts it; its package's service makes it."""


def find_sshd() -> str | None:
    """OpenSSH's server (Debian: the package openssh-server; its service need not run), or what VOICEAGENT_SSHD names."""
    named = environment().get("VOICEAGENT_SSHD") or shutil.which("sshd", path=f"{os.defpath}:/usr/sbin:/usr/local/sbin")
    return named if named and os.access(named, os.X_OK) else None


def free_port() -> int:
    """A port that nothing listens on at the moment."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def make_key(path: Path) -> bytes:
    """Write a new private key; returns the public one."""
    import asyncssh

    key = asyncssh.generate_private_key("ssh-ed25519")
    path.write_bytes(key.export_private_key("openssh"))
    path.chmod(0o600)
    return key.export_public_key("openssh")


def make_keys(folder: Path) -> str:
    """Furnish a server's folder with its own key and that of its one visitor; returns the visitor's private key file."""
    folder.mkdir(parents=True, exist_ok=True)
    make_key(folder / "host_key")
    visitor = folder / "id"
    (folder / "authorized_keys").write_bytes(make_key(visitor))
    return str(visitor)


@dataclass
class SshdOnLoopback:
    """A real sshd; `more` is further lines of its settings."""

    folder: Path
    more: str = ""
    port: int = field(default_factory=free_port)
    user: str = field(default_factory=getpass.getuser)
    key_file: str = field(init=False)
    """The private key of whoever may come in."""
    _process: asyncio.subprocess.Process | None = None

    def __post_init__(self) -> None:
        self.key_file = make_keys(self.folder)

    async def start(self) -> None:
        """Listen. RuntimeError with its own words when it does not."""
        program = find_sshd()
        if program is None:
            raise RuntimeError("there is no sshd here")
        settings = self.folder / "config"
        settings.write_text(CONFIG.format(port=self.port, folder=self.folder, more=self.more), encoding="utf-8")
        if os.geteuid() == 0:
            os.makedirs(RUN_FOLDER, mode=0o755, exist_ok=True)
        with (self.folder / "log").open("wb") as log:  # a pipe that nobody reads would hold it up one day
            self._process = await asyncio.create_subprocess_exec(
                program, "-D", "-e", "-f", str(settings), stderr=log, start_new_session=True
            )
        async with asyncio.timeout(START_SECONDS):
            while not await somebody_listens(self.port):
                if self._process.returncode is not None:
                    said = (self.folder / "log").read_text(encoding="utf-8", errors="replace")
                    raise RuntimeError(f"sshd does not start: {said}")
                await asyncio.sleep(LOOK_SECONDS)

    async def cut(self) -> None:
        """End it and all its connections at once."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        for pid in [process.pid, *_below(process.pid)]:  # two for each connection, and none of them in its group
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await process.wait()


def _below(pid: int) -> list[int]:
    """The processes that one has started, and those that they have."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)  # noqa: S603, S607
    children = [int(line) for line in found.stdout.split()]
    return children + [one for child in children for one in _below(child)]


@dataclass
class StandIn:
    """asyncssh's server with a free hand. `open`: takes anybody; `prints`: said in every session."""

    folder: Path
    open: bool = False
    listens: bool = True
    sessions: bool = True
    prints: str = ""
    port: int = 0
    user: str = "somebody"
    key_file: str = field(init=False)
    """The private key of whoever may come in."""
    seen: list[str] = field(default_factory=list)
    """Who logged in."""
    _server: Any = None
    _connections: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.key_file = make_keys(self.folder)

    async def start(self) -> None:
        """Listen, after a `cut` where it did before."""
        import asyncssh

        stand_in = self

        class Server(asyncssh.SSHServer):
            def connection_made(self, conn: Any) -> None:
                self.connection = conn
                stand_in._connections.append(conn)

            def begin_auth(self, username: str) -> bool:
                stand_in.seen.append(username)
                return not stand_in.open

            def session_requested(self) -> Any:
                return stand_in._say if stand_in.sessions else False

            def server_requested(self, listen_host: str, listen_port: int) -> Any:
                if not stand_in.listens:
                    return False
                # Whatever was asked for, the loopback has a free port.
                return self.connection.forward_local_port("127.0.0.1", 0, listen_host, listen_port)

        self._server = await asyncssh.listen(
            "127.0.0.1",
            self.port,
            server_factory=Server,
            server_host_keys=[str(self.folder / "host_key")],
            authorized_client_keys=str(self.folder / "authorized_keys"),
            reuse_address=True,
        )
        self.port = self._server.get_port()

    async def _say(self, stdin: Any, stdout: Any, _: Any) -> None:
        stdout.write(self.prints)
        with contextlib.suppress(Exception):  # however the other side leaves
            await stdin.read()
        stdout.channel.exit(0)

    async def cut(self) -> None:
        """End it and all its connections at once."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.abort()
        self._connections.clear()


OnLoopback = SshdOnLoopback | StandIn


@contextlib.asynccontextmanager
async def running(server: OnLoopback) -> AsyncIterator[OnLoopback]:
    """The server while the block runs."""
    await server.start()
    try:
        yield server
    finally:
        await server.cut()
