"""From the settings to a tunnel that is open and kept: which file of this package makes it, and what it is given."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from voiceagent.ports import Clock
from voiceagent.tunnels.choice import Choice
from voiceagent.tunnels.host_keys import HostKeys
from voiceagent.tunnels.kept import Tunnel, Way

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from voiceagent.config.schema import Settings


def open_tunnel(
    choice: Choice,
    settings: Settings,
    port: int,
    *,
    app: ASGIApp,
    clock: Clock,
    keys: Path,
    home: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Tunnel:
    """The tunnel to a listener on this machine, to be used as `async with`; `app` is what listens there.

    A tunnel that hands over requests gives them to `app` without the way round. `keys` is the folder for the keys of SSH
    servers, `home` the user's. `tell` hears what a person should know. UserError for settings that cannot be.
    """
    way = _way(choice, settings, port, app, _host_keys(settings, keys, home, tell))
    return Tunnel(_name(choice), way, clock=clock)


def _name(choice: Choice) -> str:
    return f"{choice.name}:{choice.target}" if choice.target else choice.name


def _host_keys(settings: Settings, keys: Path, home: Path | None, tell: Callable[[str], None]) -> HostKeys:
    named = settings.tunnel.known_hosts
    ours = Path(named).expanduser() if named else keys / "known_hosts"
    also = () if named or home is None else (home / ".ssh" / "known_hosts",)
    return HostKeys(ours, also, settings.tunnel.unknown_hosts, tell)


def _way(choice: Choice, settings: Settings, port: int, app: ASGIApp, host_keys: HostKeys) -> Way:
    from voiceagent.tunnels import devtunnel, localhost_run, ngrok, pinggy, relay, ssh

    tunnel = settings.tunnel
    if choice.name == "ssh":
        return partial(ssh.way, ssh.server_of(choice.target, settings, host_keys), settings.bridge.public_url, port)
    if choice.name == "localhost.run":
        return partial(localhost_run.way, localhost_run.server(host_keys, tunnel.ssh_key), port)
    if choice.name == "pinggy":
        return partial(pinggy.way, pinggy.server(host_keys, str.__str__(tunnel.pinggy_token)), port)
    if choice.name == "ngrok":
        return partial(ngrok.way, str.__str__(tunnel.ngrok_token), tunnel.ngrok_domain, port)
    if choice.name == "devtunnel":
        return partial(devtunnel.way, tunnel.devtunnel_id, port)
    return partial(relay.way, relay.place_of(str.__str__(tunnel.relay), tunnel.relay_path), app)
