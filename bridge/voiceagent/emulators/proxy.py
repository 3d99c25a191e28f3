"""A proxy that makes Azure's recording storage be here, for clients that fetch recordings from its own address alone.

The SDKs refuse to send a resource's signature anywhere but to `https://….asm.skype.com`. A client that uses this proxy, as
common clients do when HTTPS_PROXY is set, finds the emulator under `STORAGE`; every other address is passed through untouched.
Whoever asks from another machine gets to the emulators and to public addresses, not to what only this machine can reach.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from socket import SOCK_STREAM

from voiceagent.emulators.listening import listening_at
from voiceagent.emulators.reach import LOOPBACK, Reach

STORAGE = "emulated.asm.skype.com"
"""Where recordings are said to be. Nobody has this name outside of the emulator."""

LONGEST_REQUEST = 16_384
HEAD_SECONDS = 10.0
PIECE = 65_536


class StorageProxy:
    """`async with StorageProxy(reach, tls_port) as proxy:` — `tls_port` is the ACS emulator's, on this machine."""

    def __init__(self, reach: Reach, tls_port: int, *, port: int = 0) -> None:
        self.port = port
        self._reach = reach
        self._tls_port = tls_port
        self._tunnels: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return self._reach.url(self.port)

    def env(self) -> dict[str, str]:
        """What sends clients through it, for this machine's addresses too.

        Azure's JavaScript client decides about the proxy while it still looks at the resource's address, not at the storage's.
        """
        return {"HTTPS_PROXY": self.url, "https_proxy": self.url, "NO_PROXY": "", "no_proxy": ""}

    async def __aenter__(self) -> StorageProxy:
        self._block = self._running()
        await self._block.__aenter__()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._block.__aexit__(None, None, None)

    @asynccontextmanager
    async def _running(self) -> AsyncIterator[None]:
        with listening_at(self._reach.host, self.port) as listening:
            server = await asyncio.start_server(self._begin, sock=listening, limit=LONGEST_REQUEST, start_serving=False)
            self.port = listening.getsockname()[1]
            async with asyncio.TaskGroup() as self._tasks:
                await server.start_serving()
                try:
                    yield
                finally:
                    server.close()
                    for tunnel in self._tunnels:
                        tunnel.cancel()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tunnel = self._tasks.create_task(self._serve(reader, writer))
        self._tunnels.add(tunnel)
        tunnel.add_done_callback(self._tunnels.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            answer, onward = await self._connect(head, (writer.get_extra_info("peername") or ("",))[0])
            writer.write(f"HTTP/1.1 {answer}\r\n\r\n".encode())
            if onward is not None:
                await _join((reader, writer), onward)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked has gone, or never knew what to ask
        finally:
            writer.close()

    async def _places(self, host: str, port: int, peer: str) -> list[tuple[str, int]]:
        """Where to dial for somebody; nowhere if the proxy would lead others into this machine's network.

        What was looked at is dialled, not its name: a name may be looked up again and be elsewhere.
        """
        if host == STORAGE:
            return [("127.0.0.1", self._tls_port)]
        if peer in LOOPBACK or host == self._reach.name.lower():
            return [(host, port)]
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
        return [(str(place[0]), port) for *_, place in found if _is_public(str(place[0]))]

    async def _connect(self, head: bytes, peer: str) -> tuple[str, tuple[asyncio.StreamReader, asyncio.StreamWriter] | None]:
        """The status line, and the far end of the tunnel."""
        method, _, rest = head.decode("latin-1").partition("\r\n")[0].partition(" ")
        host, _, port = rest.partition(" ")[0].rpartition(":")
        if peer not in LOOPBACK and not self._reach.name:
            return "403 Forbidden", None
        if method != "CONNECT" or not _is_port(port):
            return "405 Method Not Allowed", None
        try:
            places = await self._places(host.lower().strip("[]"), int(port), peer)
        except (OSError, ValueError):  # no name that could be looked up
            return "502 Bad Gateway", None
        for place in places:
            with suppress(OSError, ValueError):
                return "200 Connection established", await asyncio.open_connection(*place)
        return "502 Bad Gateway" if places else "403 Forbidden", None


def _is_public(address: str) -> bool:
    """Whether anybody may reach it, and not only who is on this machine or in its network."""
    found = ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    return found.is_global and not found.is_multicast


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5 and 0 < int(text) < 65_536


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _join(one: Stream, other: Stream) -> None:
    """Carry bytes both ways until both ends have had enough."""
    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_carry(one[0], other[1]))
            tasks.create_task(_carry(other[0], one[1]))
    finally:
        other[1].close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.write_eof()
