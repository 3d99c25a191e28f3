"""This machine: the names by which it calls itself, and who listens on it. What is there is an emulator, a stub or a tool."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def on_this_machine(url: str) -> bool:
    """Whether an address leads to this machine. False for text that is no address."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:  # such as half a bracket of an IPv6 address
        return False


async def somebody_listens(port: int) -> bool:
    """Whether a connection to this port of this machine is taken; it is let go at once."""
    import asyncio  # most who ask for names only have no loop, and start faster without

    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
