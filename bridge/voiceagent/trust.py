"""Whom connections trust: the authorities of this machine or of certifi, read once for the whole process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl


@cache
def authorities() -> ssl.SSLContext:
    """What HTTPS servers are checked against, for `verify=` of every httpx client.

    A client that reads them for itself holds up the event loop for 20 to 50 ms each time, and with it the audio of all calls.
    `SSL_CERT_FILE` and `SSL_CERT_DIR` are read as httpx reads them.
    """
    import httpx

    return httpx.create_ssl_context()
