"""`voiceagent tunnel [DIR]`: an address on the internet for a bridge that runs here."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson


def command(
    ctx: Context,
    directory: Annotated[Path, Argument(metavar="[DIR]", help="The agent project whose settings count.")] = Path(),
    tunnel: Annotated[
        str | None,
        Option(
            metavar="TUNNEL",
            help="auto, relay, ngrok, ssh:USER@HOST[:PORT], devtunnel, localhost.run, pinggy.",
        ),
    ] = None,
    port: Annotated[int | None, Option(metavar="PORT", help="Where the bridge listens.")] = None,
    list_all: Annotated[bool, Option("--list", help="Tell which could be opened here; open none.")] = False,
    check: Annotated[bool, Option("--check", help="Open it, see whether the bridge answers through it, close it.")] = False,
    json: AsJson = False,
) -> None:
    """Keep a tunnel to a bridge on this machine until interrupted; its address outlives restarts of the bridge.

    Only the bridge's public routes pass. The address goes to stdout; it is for `voiceagent serve --public-url`, which can also
    open a tunnel of its own (`serve --tunnel`) and then follows every change of its address.

    With --check: 0 when the bridge answered, 1 when not. With --json: one line when it is open, then one line per change.
    """
    from voiceagent_cli.signals import run
    from voiceagent_cli.tunnelling import hold, list_ways, loaded_for

    loaded = loaded_for(directory, {"bridge.tunnel": tunnel, "bridge.port": port})
    if list_all:
        list_ways(loaded, ctx.obj, as_json=json)
        return
    run(lambda stop: hold(loaded, ctx.obj, stop, check=check, as_json=json))
