"""A tunnel on its own, to a bridge that somebody else starts and restarts: its address stays while they do."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from voiceagent.errors import UserError
from voiceagent.local.public_way import is_real_phone, public_way
from voiceagent.loopback import somebody_listens
from voiceagent.tunnels.choice import NAMES, choose
from voiceagent.tunnels.door import Door
from voiceagent.tunnels.forward import forwarding
from voiceagent.tunnels.kept import Tunnel
from voiceagent.tunnels.probe import Reached, probe

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of tunnel, and whether it could be opened here: "" or what it lacks."""

    name: str
    lacks: str
    remedy: str


def ways(settings: Settings) -> list[Way]:
    """All kinds of tunnel, as the settings and this machine are. Nothing is opened or asked for."""
    return [_way(name, settings) for name in NAMES if name not in ("auto", "none")]


def _way(name: str, settings: Settings) -> Way:
    from voiceagent.tunnels.devtunnel import found
    from voiceagent.tunnels.ssh_link import library

    wanted = settings.model_copy(update={"bridge": settings.bridge.model_copy(update={"tunnel": name})})
    try:
        choose(wanted, real_phone=is_real_phone(settings))
        if name in ("ssh", "localhost.run", "pinggy"):
            library()
        if name == "devtunnel":
            found()
        if name == "ngrok":
            _check_ngrok()
    except UserError as error:
        return Way(name, str(error), error.remedy)
    return Way(name, "", "")


def _check_ngrok() -> None:
    from importlib.util import find_spec

    if find_spec("ngrok") is None:
        raise UserError("the tunnel ngrok needs its SDK, which is not installed", remedy="pip install ngrok")


@contextlib.asynccontextmanager
async def exposed(
    settings: Settings, *, data: Path, home: Path | None = None, say: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Tunnel]:
    """A tunnel to `bridge.port` of this machine while the block runs. UserError when the settings name none."""
    port = settings.bridge.port
    if not port:
        raise UserError("bridge.port is 0, so nobody knows where the bridge listens", remedy="name its port with --port")
    alone = not (settings.acs.connection_string or settings.acs.endpoint or settings.twilio.account_sid)
    async with forwarding(port) as app:
        door = Door(app, own_health=True)
        needed = True if alone and settings.bridge.tunnel == "auto" else None
        async with public_way(settings, data=data, home=home, say=say, door=door, needed=needed) as way:
            if way is None:
                raise UserError(
                    f"bridge.tunnel is {settings.bridge.tunnel}, and with these settings that opens none",
                    remedy="name one with --tunnel; `voiceagent tunnel --list` tells which could be opened here",
                )
            yield way.tunnel


async def reached(tunnel: Tunnel, settings: Settings) -> Reached:
    """Whether the bridge behind it can be reached from outside at the moment.

    Where nobody listens at the near end, that is what is told: what the far end makes of it (a 502) would mislead.
    """
    found = await probe(tunnel.address, secret=str.__str__(settings.acs.event_secret))
    port = settings.bridge.port
    if found.ok or await somebody_listens(port):
        return found
    start = f"`voiceagent serve --port {port} --public-url {tunnel.url}` starts the bridge there"
    return replace(found, sentence=f"nobody listens on port {port} of this machine", remedy=start)
