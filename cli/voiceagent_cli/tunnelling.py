"""A tunnel on the screen: what could be opened, whether it reaches the bridge, and what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.local.project import settings_of
from voiceagent_cli.exits import FAILED, Ended
from voiceagent_cli.screen import tunnel_news

if TYPE_CHECKING:
    from voiceagent.config.load import Loaded
    from voiceagent.tunnels.kept import Change, Tunnel
    from voiceagent.tunnels.probe import Reached
    from voiceagent_cli.terminal import Terminal


def loaded_for(directory: Path, flags: Mapping[str, Any]) -> Loaded:
    """The settings of the project; those of the environment alone where there is none."""
    return settings_of(directory if (directory / "voiceagent.toml").exists() else None, flags=flags)


def list_ways(loaded: Loaded, terminal: Terminal, *, as_json: bool) -> None:
    """Each kind of tunnel, and what it lacks here."""
    from voiceagent.local.exposing import ways

    found = ways(loaded.settings)
    if as_json:
        terminal.record({"tunnels": [{"name": one.name, "ready": not one.lacks, **_lack(one)} for one in found]})
        return
    for one in found:
        terminal.result(f"{one.name:<14}{one.lacks or 'could be opened'}")
        if one.remedy:
            terminal.result(f"{'':14}{one.remedy}")


def _lack(way: Any) -> dict[str, str]:
    facts = asdict(way)
    return {"lacks": facts["lacks"], "remedy": facts["remedy"]}


async def hold(loaded: Loaded, terminal: Terminal, stop: asyncio.Event, *, check: bool, as_json: bool) -> None:
    """Keep the tunnel until `stop` is set; with `check` only until it is known whether it reaches the bridge."""
    from voiceagent.config.load import data_folder
    from voiceagent.local.exposing import exposed, reached

    settings = loaded.settings
    terminal.log(settings.log.level, settings.log.format)
    folder = data_folder(loaded.environment)
    async with exposed(settings, data=folder, home=Path.home(), say=terminal.soft) as tunnel:
        found = await reached(tunnel, settings)
        _announce(tunnel, found, settings.bridge.port, terminal, as_json=as_json)
        if check:
            if not found.ok:
                raise Ended(FAILED)
            return
        await _until(stop, tunnel, terminal, as_json=as_json)


async def _until(stop: asyncio.Event, tunnel: Tunnel, terminal: Terminal, *, as_json: bool) -> None:
    async with asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(_tell(tunnel, terminal, as_json=as_json))
        await stop.wait()
        telling.cancel()
    terminal.say("Closing the tunnel.")


def _announce(tunnel: Tunnel, found: Reached, port: int, terminal: Terminal, *, as_json: bool) -> None:
    if as_json:
        facts = {
            "ready": True,
            "public_url": tunnel.url,
            "name": tunnel.name,
            "port": port,
            "round_trip_ms": tunnel.round_trip_ms,
            "handshake": found.handshake,
            "media": found.media,
            "sentence": found.sentence,
            "remedy": found.remedy,
        }
        terminal.record(facts, indent=None)
        return
    terminal.result(tunnel.url)
    terminal.say(f"Tunnel {tunnel.name} to port {port}: {tunnel.round_trip_ms:g} ms there and back.")
    if found.ok:
        terminal.say("The bridge answers through it: Event Grid's handshake and WebSockets come in.")
    else:
        terminal.say(f"Not yet: {found.sentence}; {found.remedy}.")
        if "voiceagent serve" not in found.remedy:
            terminal.say(f"Start the bridge:   voiceagent serve --port {port} --public-url {tunnel.url}")


async def _tell(tunnel: Tunnel, terminal: Terminal, *, as_json: bool) -> None:
    async for change in tunnel.changes():
        item = item_of(change)
        if as_json:
            terminal.record(item, indent=None)
        else:
            terminal.say(tunnel_news(item))


def item_of(change: Change) -> dict[str, Any]:
    """A change in the words of `serve --json`."""
    from voiceagent.local.public_way import change_item

    return dict(change_item(change))
