"""`voiceagent stop [DIR]`: hangs up a call that runs in the background."""

from __future__ import annotations

from pathlib import Path

from typer import Context

from voiceagent_cli.options import AsJson, Project


def command(ctx: Context, directory: Project = Path(), json: AsJson = False) -> None:
    """Hang up the call that `voiceagent talk --detach` holds, and report how it went."""
    from voiceagent_cli.talking import stop

    stop(directory, ctx.obj, as_json=json)
