"""`voiceagent trigger fault [NAME]`: something goes wrong in the running emulators, or may from now on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, BadParameter, Context, Option

from voiceagent_cli.options import AsJson, EmulatorUrl, OfProject


def command(
    ctx: Context,
    name: Annotated[str, Argument(metavar="[NAME]", help="A fault of the catalogue, see --list.", show_default=False)] = "",
    param: Annotated[
        list[str] | None, Option("--param", metavar="NAME=VALUE", help="A parameter of the fault. Repeatable.")
    ] = None,
    times: Annotated[int | None, Option(metavar="N", help="How often it happens; 0: until it is cleared.", min=0)] = None,
    after: Annotated[int | None, Option(metavar="N", help="Let so many chances pass first.", min=0)] = None,
    probability: Annotated[float | None, Option(metavar="P", help="How likely it is at each chance.", min=0, max=1)] = None,
    only: Annotated[str, Option(metavar="PATTERN", help="Only these operations, types or events; * stands for anything.")] = "",
    call: Annotated[str, Option(metavar="ID", help="Only in this call.")] = "",
    catalogue: Annotated[bool, Option("--list", help="Print the catalogue, or all about NAME.")] = False,
    armed: Annotated[bool, Option("--armed", help="Print what is armed and what has happened.")] = False,
    clear: Annotated[bool, Option("--clear", help="Take everything back, or NAME: a fault's name or number.")] = False,
    directory: OfProject = Path(),
    url: EmulatorUrl = "",
    json: AsJson = False,
) -> None:
    """Let a fault happen in running emulators: those of `voiceagent serve` for this project, or those at --url.

    A fault waits for its chance, happens `--times` times, and is gone. One that makes no sense is refused with a sentence.
    """
    from voiceagent_cli import triggering

    if catalogue:
        triggering.tell_catalogue(name, ctx.obj, as_json=json)
        return
    if not (name or armed or clear):
        raise BadParameter("name a fault, or --list, --armed or --clear", param_hint="NAME")
    written = triggering.pairs(param or [])
    said = {"times": times, "after": after, "probability": probability, "only": only or None, "call": call or None}
    written |= {key: str(value) for key, value in said.items() if value is not None}
    where = triggering.address(directory, url)
    if clear:
        triggering.clear(where, name, ctx.obj, as_json=json)
    elif armed:
        triggering.tell_armed(where, ctx.obj, as_json=json)
    else:
        triggering.arm(where, name, written, ctx.obj, as_json=json)
