"""`voiceagent provision numbers release NUMBER`: a number is given back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Context

from voiceagent_cli.options import AsJson, OfProject, Yes
from voiceagent_cli.typed import number_of

if TYPE_CHECKING:
    from voiceagent.cloud.make import Site


def command(
    ctx: Context,
    number: Annotated[str, Argument(metavar="NUMBER", parser=number_of, help="One of the resource's.", show_default=False)],
    yes: Yes = False,
    directory: OfProject = Path(),
    json: AsJson = False,
) -> None:
    """Give a number back. Nobody can promise that it can be had again."""
    from voiceagent.cloud.numbers import release
    from voiceagent_cli.changing import must_agree
    from voiceagent_cli.provisioning import at_site

    terminal = ctx.obj
    must_agree(terminal, f"Release {number}? It is lost then.", yes=yes)

    async def work(site: Site) -> None:
        await release(site, number)

    at_site(directory, work)
    if json:
        terminal.record({"number": number, "released": True})
    else:
        terminal.result(f"{number} is released.")
