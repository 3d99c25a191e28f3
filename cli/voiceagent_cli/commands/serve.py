"""`voiceagent serve [DIR]`: the bridge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson


def command(
    ctx: Context,
    directories: Annotated[
        list[Path] | None,
        Argument(metavar="[DIR]...", help="The agent project; further ones for their agent.numbers.", show_default=False),
    ] = None,
    port: Annotated[int | None, Option(metavar="PORT", help="Port of the public edge; 0: any free one.")] = None,
    host: Annotated[str | None, Option(metavar="ADDRESS", help="Address to listen on.")] = None,
    public_url: Annotated[str | None, Option(metavar="URL", help="https address under which Azure reaches us.")] = None,
    tunnel: Annotated[
        str | None,
        Option(
            metavar="TUNNEL",
            help="Get such an address through a tunnel: auto, none, relay, ngrok, ssh:USER@HOST[:PORT], devtunnel, "
            "localhost.run, pinggy.",
        ),
    ] = None,
    max_calls: Annotated[int | None, Option(metavar="N", help="Calls at once; a further caller gets busy.")] = None,
    json: AsJson = False,
) -> None:
    """Answer calls until interrupted: Azure's, or an emulated phone's when there are no Azure settings.

    With several projects each answers the numbers in its agent.numbers; one without takes the rest. The first one's settings
    are those of the port and the telephony.

    Ctrl-C lets the calls that are under way end and then ends with 0; a second Ctrl-C cuts them short and ends with 130.
    With --json: one line when ready, then one line per event.
    """
    from voiceagent_cli.serving import serve
    from voiceagent_cli.signals import run

    flags = {
        "bridge.port": port,
        "bridge.host": host,
        "bridge.public_url": public_url,
        "bridge.tunnel": tunnel,
        "limits.max_calls": max_calls,
    }
    first, *also = directories or [Path()]
    run(lambda stop: serve(first, flags, ctx.obj, stop, as_json=json, also=also))
