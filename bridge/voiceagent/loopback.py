"""The names by which this machine calls itself: what is there is an emulator, a stub or a tool of the developer's own."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def on_this_machine(url: str) -> bool:
    """Whether an address leads to this machine. False for text that is no address."""
    try:
        return urlsplit(url).hostname in LOOPBACK
    except ValueError:  # such as half a bracket of an IPv6 address
        return False
