"""What the checks look at and look with: settings, packages, clock, network. A test gives them others.

Every service is knocked at once; what it answered is remembered, because several checks go by the same answer.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from voiceagent.errors import UserError
from voiceagent.loopback import on_this_machine

if TYPE_CHECKING:
    from voiceagent.cloud.azure import Azure
    from voiceagent.config.load import Loaded
    from voiceagent.config.schema import Settings

KNOCK_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Knocked:
    """Whether somebody answered at an address, with what, and by whose clock (`date`, Unix seconds, or None)."""

    reached: bool
    status: int = 0
    date: float | None = None
    round_trip_ms: float = 0.0
    why: str = ""
    """Why nobody was reached, in a few words."""
    certificate: bool = False
    """Whether it is the certificate that could not be accepted."""


def present(module: str) -> bool:
    """Whether a module is installed, without importing it."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # a parent package is missing
        return False


@dataclass(slots=True)
class Surroundings:
    """`loaded` is what is wrong with the settings when they cannot be read. `unredacted` shows numbers and identities."""

    directory: Path
    loaded: Loaded | UserError
    local_only: bool = False
    unredacted: bool = False
    wall: Callable[[], float] = time.time
    present: Callable[[str], bool] = present
    credential: Callable[[], Any] | None = None
    """Makes the Azure credential; None: whoever DefaultAzureCredential finds."""
    knock: Callable[[str], Awaitable[Knocked]] | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    """What one check found out and a later one goes by."""
    _knocked: dict[str, Knocked] = field(default_factory=dict)
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)
    _azure: Azure | None = None

    async def __aenter__(self) -> Surroundings:
        return self

    async def __aexit__(self, *exception: Any) -> None:
        await self._open.aclose()

    async def azure(self) -> Azure:
        """Azure's management, opened when it is first asked and closed with these surroundings."""
        from voiceagent.cloud.azure import open_azure

        if self._azure is None:
            credential = None if self.credential is None else self.credential()
            self._azure = await self._open.enter_async_context(open_azure(self.settings, credential=credential))
        return self._azure

    @property
    def settings(self) -> Settings:
        """The settings. Raises the UserError that reading them gave."""
        if isinstance(self.loaded, UserError):
            raise self.loaded
        return self.loaded.settings

    @property
    def public_url(self) -> str:
        """Where telephony services reach the bridge: as the one that runs says, else as the settings do."""
        running = self.notes.get("running")
        told = getattr(running, "public_url", "")
        # Its own door is for an emulated phone, which needs no address of the internet.
        own = on_this_machine(told) and urlsplit(told).port == getattr(running, "port", 0)
        return (told if told and not own else self.settings.bridge.public_url).rstrip("/")

    def place(self, key: str) -> str:
        """Where a setting comes from, for people."""
        if isinstance(self.loaded, UserError):
            raise self.loaded
        return self.loaded.origin(key).place

    def discreet(self, text: str, *, end: int = 2) -> str:
        """A number, an identity or an id of somebody's: only its end, unless all is to be shown."""
        if self.unredacted or not text:
            return text
        return f"…{text[-end:]}"

    async def reach(self, url: str) -> Knocked:
        """Knock at the root of an address, once."""
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        if root not in self._knocked:
            self._knocked[root] = await (self.knock or knock)(root)
        return self._knocked[root]


async def knock(url: str) -> Knocked:
    """GET an address and tell whether anybody answered; the status does not matter."""
    import httpx

    here = on_this_machine(url)
    # A context takes 50 ms to make, and http needs none.
    verify = ssl.create_default_context() if url.startswith("https:") else False
    began = time.perf_counter()
    try:
        async with httpx.AsyncClient(timeout=KNOCK_SECONDS, trust_env=not here, verify=verify) as http:
            answer = await http.get(url)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Knocked(False, why=reason(error), certificate=_is_certificate(error))
    return Knocked(True, answer.status_code, date_of(answer.headers.get("date", "")), (time.perf_counter() - began) * 1000)


def date_of(text: str) -> float | None:
    """Unix seconds of a Date header."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def reason(error: BaseException) -> str:
    """Why a connection failed, without the address: that may hold a token."""
    found: BaseException | None = error
    texts = []
    while found is not None:
        texts.append(str(found))
        found = found.__cause__ or found.__context__
    told = " ".join(texts).lower()
    for words, sentence in (
        (("certificate has expired",), "its certificate has expired"),
        (("self-signed", "self signed"), "its certificate is self-signed"),
        (("hostname mismatch", "doesn't match", "not valid for"), "its certificate is for another name"),
        (("certificate",), "its certificate is not of an authority this machine trusts"),
        (("name or service not known", "nodename nor servname", "getaddrinfo", "name resolution"), "there is no such host"),
        (("refused", "connect call failed", "all connection attempts failed"), "nobody listens there"),
        (("unreachable",), "the network is unreachable"),
        (("timed out", "timeout"), "it did not answer in time"),
    ):
        if any(word in told for word in words):
            return sentence
    name = type(error).__name__
    return "it did not answer in time" if "timeout" in name.lower() else f"the connection broke ({name})"


def _is_certificate(error: BaseException) -> bool:
    return "certificate" in reason(error)
