"""`voiceagent deploy logs`: what the deployed bridge says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Context, Option

from voiceagent_cli.options import AsJson, Project

if TYPE_CHECKING:
    from voiceagent.cloud.azure import Azure


def command(
    ctx: Context,
    directory: Project = Path(),
    revision: Annotated[str, Option(metavar="NAME", help="Of this revision; without it the newest.", show_default=False)] = "",
    tail: Annotated[int, Option(metavar="N", help="The last N lines of each replica.", min=0, max=300)] = 100,
    follow: Annotated[bool, Option("--follow", help="Go on with what comes, of the first replica, until interrupted.")] = False,
    json: AsJson = False,
) -> None:
    """Print what the replicas of the deployed bridge say; with --json one object per line."""
    from voiceagent.cloud.containers.afterwards import log_lines
    from voiceagent_cli.deploying import load, with_azure

    loaded, terminal = load(directory), ctx.obj

    async def work(azure: Azure) -> None:
        async for replica, line in log_lines(azure, loaded.settings, revision=revision, tail=tail, follow=follow):
            if json:
                terminal.record({"replica": replica, "line": line}, indent=None)
            else:
                terminal.result(line)

    with_azure(loaded, work)
