"""`voiceagent doctor [DIR]`: what works here, and what is missing for what."""

from __future__ import annotations

from pathlib import Path

from typer import Context

from voiceagent_cli.options import AsJson, Project


def command(ctx: Context, directory: Project = Path(), json: AsJson = False) -> None:
    """Check this machine and the settings; say what is missing for what. Changes nothing, asks nobody beyond this machine.

    Exit code 0 when everything works offline (warnings do not count), 1 when a check failed, 2 when none ran.
    """
    from voiceagent_cli.checkup import examine, exit_code, show
    from voiceagent_cli.exits import OK, Ended

    checks = examine(directory)
    show(checks, ctx.obj, as_json=json)
    if (code := exit_code(checks)) != OK:
        raise Ended(code)
