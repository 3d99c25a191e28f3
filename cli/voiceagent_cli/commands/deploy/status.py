"""`voiceagent deploy status`: what is deployed, and how it is."""

from __future__ import annotations

from pathlib import Path

from typer import Context

from voiceagent_cli.options import AsJson, Project


def command(ctx: Context, directory: Project = Path(), json: AsJson = False) -> None:
    """Show what was deployed, and of each revision its health, its share of new calls, its replicas and calls."""
    from voiceagent.cloud.containers.afterwards import status
    from voiceagent.cloud.spoken import spoken
    from voiceagent_cli.deploying import load, with_azure

    loaded, terminal = load(directory), ctx.obj
    rows = with_azure(loaded, lambda azure: status(azure, loaded.settings))
    if json:
        terminal.record({"resources": [row.facts() for row in rows]})
        return
    if not rows:
        terminal.say("Nothing is deployed. `voiceagent deploy plan` shows what would be.")
        return
    terminal.table(("state", "what", "name", "detail"), [(row.state, spoken(row.kind), row.name, row.detail) for row in rows])
