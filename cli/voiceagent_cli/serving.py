"""The bridge on the screen: what it runs on, the calls as they happen, and an end in good order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.local.bridge import Bridge, bridge
from voiceagent.local.need import sentence
from voiceagent.local.project import settings_of
from voiceagent.local.running import moved, noted, read_note, starting
from voiceagent_cli.misspelt import warn_of_names
from voiceagent_cli.settled import settle

if TYPE_CHECKING:
    from voiceagent.errors import RemoteError
    from voiceagent_cli.signals import Stop
    from voiceagent_cli.terminal import Terminal


async def serve(
    directory: Path,
    flags: Mapping[str, Any],
    terminal: Terminal,
    stop: Stop,
    *,
    as_json: bool,
    also: Sequence[Path] = (),
) -> None:
    """Serve until `stop` is set. Calls that are under way then end after their sentence.

    RemoteError, in the same good order, when the emulators beside the bridge are gone.
    """
    loaded = settings_of(directory, flags=flags)
    settings = loaded.settings
    warn_of_names(loaded.environment, terminal)
    log = settings.log
    terminal.log(log.level, log.format)

    def found(finding: Mapping[str, Any]) -> None:
        _tell(finding, terminal, as_json=as_json)

    async with asyncio.TaskGroup() as tasks:  # around the bridge: how its calls end is shown as well
        async with AsyncExitStack() as stack:
            with starting(directory):
                with stop.before_it_begins():
                    served = await stack.enter_async_context(
                        bridge(directory, flags=flags, say=terminal.soft, also=also, found=found)
                    )
                other = read_note(directory)
                running = replace(served.running, public_url=served.ready.public_url)
                for one in (directory, *also):
                    stack.enter_context(noted(one, running))
            settle()
            if other is not None:  # told only now: on a port that is taken the older one keeps its calls
                whom = f"on port {other.port} (process {other.pid})"
                terminal.warn(f"this project is already served {whom}; the newer one gets the calls")
            (_announce_as_json if as_json else _announce)(served, terminal, directory)
            showing = tasks.create_task(_show(served, terminal, (directory, *also), as_json=as_json))
            lost = await _until(stop, served)
            why = "" if lost is None else "The emulators are gone. "
            terminal.say(f"{why}Ending: {_how_calls_end(settings.bridge.drain_seconds)}. Ctrl-C again cuts them short.")
        served.feed.close()
        await showing
    if lost is not None:
        raise lost


def _tell(finding: Mapping[str, Any], terminal: Terminal, *, as_json: bool) -> None:
    """What Azure would have refused or ignored: the emulators are patient."""
    from voiceagent_cli.emulating import lines_of

    if as_json:
        terminal.record({"kind": "finding", **finding}, indent=None)
        return
    for line in lines_of(finding):
        terminal.say(line)


def _how_calls_end(drain_seconds: float) -> str:
    return f"calls may go on for {drain_seconds:g} s" if drain_seconds else "calls finish their sentence"


async def _until(stop: asyncio.Event, served: Bridge) -> RemoteError | None:
    """Wait for the wish to end, or until the emulators are gone, which is returned."""
    if served.lost is None:
        await stop.wait()
        return None
    async with asyncio.TaskGroup() as tasks:
        lost, stopped = tasks.create_task(served.lost()), tasks.create_task(stop.wait())
        await asyncio.wait({lost, stopped}, return_when=asyncio.FIRST_COMPLETED)
        told = None if stopped.done() else lost.result()
        lost.cancel()
        stopped.cancel()
    return told


def _announce_as_json(served: Bridge, terminal: Terminal, _: Path) -> None:
    ready, running = served.ready, served.running
    facts = {
        "ready": True,
        "public_url": ready.public_url,
        "port": ready.port,
        "workbench_url": running.workbench_url,
        "mode": ready.mode,
        "agent": ready.agent,
        "engine": ready.engine,
        "tunnel": _tunnel_facts(served),
        "emulated": served.emulated,
        "emulator_url": running.emulator_url or None,
        "token": running.token,
    }
    terminal.record(facts, indent=None)


def _tunnel_facts(served: Bridge) -> dict[str, Any] | None:
    tunnel = served.tunnel
    return None if tunnel is None else {"name": tunnel.name, "round_trip_ms": tunnel.round_trip_ms}


def _announce(served: Bridge, terminal: Terminal, directory: Path) -> None:
    ready = served.ready
    terminal.strong(f"{ready.agent} is ready for calls at {ready.public_url}")
    if (tunnel := served.tunnel) is not None:
        terminal.say(f"Tunnel {tunnel.name}: {tunnel.round_trip_ms:g} ms there and back.")
    terminal.say(sentence(served.emulated, phone=served.running.emulator_url))
    terminal.say(f"Live page: {served.page_url}")
    if served.running.emulator_url:
        where = "" if directory == Path() else f" {directory}"
        terminal.say(f'Call it:   voiceagent call{where} --say "Hello"')
    terminal.say("Saved changes count from the next call. Ctrl-C ends.")


async def _show(served: Bridge, terminal: Terminal, projects: Sequence[Path], *, as_json: bool) -> None:
    """The calls as they happen: one JSON object a line, plain lines, or a live screen when a person looks.

    A tunnel that came back elsewhere is noted, for `doctor` and whoever else looks for this bridge.
    """
    from voiceagent_cli.screen import screen

    with served.feed.subscribe() as items, screen(terminal, as_json=as_json) as show:
        async for item in items:
            if item.get("kind") == "tunnel" and item.get("public_url"):
                for one in projects:
                    moved(one, str(item["public_url"]))
            show(item)
