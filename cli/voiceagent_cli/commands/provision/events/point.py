"""`voiceagent provision events point URL`: calls are announced there from now on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context

from voiceagent_cli.options import AsJson, OfProject


def command(
    ctx: Context,
    url: Annotated[str, Argument(metavar="URL", help="Public https address of a bridge that runs.", show_default=False)],
    directory: OfProject = Path(),
    json: AsJson = False,
) -> None:
    """Have Azure announce calls to the bridge at URL, after it proved that it can be reached.

    Event Grid asks it for its consent; that is tried three times, and what stood in the way is told.
    """
    from voiceagent.cloud.event_desk import point
    from voiceagent.cloud.make import Site
    from voiceagent_cli.provisioning import at_site

    async def work(site: Site) -> str:
        return await point(site)

    before = at_site(directory, work, url=url)
    terminal = ctx.obj
    if json:
        terminal.record({"url": url.rstrip("/"), "before": before or None})
        return
    terminal.result(f"Calls are announced to {url.rstrip('/')}" + (f"; before, to {before}" if before else ""))
