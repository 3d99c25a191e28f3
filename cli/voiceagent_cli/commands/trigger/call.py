"""`voiceagent trigger call`: the phone rings, and nobody waits for how it goes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Context, Option

from voiceagent_cli.options import AsJson, EmulatorUrl, OfProject
from voiceagent_cli.typed import HUMAN_METAVAR, human_of, number_of


def command(
    ctx: Context,
    say: Annotated[list[str] | None, Option(metavar="TEXT", help="What the caller says. Repeatable.")] = None,
    caller: Annotated[str, Option("--from", metavar="NUMBER", parser=number_of, help="The caller's number.")] = "+14255550142",
    number: Annotated[
        str, Option("--to", metavar="NUMBER", parser=number_of, help="The number that is called.")
    ] = "+14255550199",
    human: Annotated[
        str, Option(metavar=HUMAN_METAVAR, parser=human_of, help="What a human does whom the agent transfers to.")
    ] = "answer",
    directory: OfProject = Path(),
    url: EmulatorUrl = "",
    json: AsJson = False,
) -> None:
    """Send an incoming call into whatever is subscribed to the running emulators, and print its ids at once.

    `voiceagent call` follows a call to its end and reports it; this one is for apps that are not ours, and for many at once.
    """
    from voiceagent_cli import triggering

    steps: list[dict[str, object]] = [{"say": text} for text in say or []] or [{"silence": 2_000}]
    order = {"from": caller, "to": number, "human": human, "steps": steps}
    triggering.call(triggering.address(directory, url), order, ctx.obj, as_json=json)
