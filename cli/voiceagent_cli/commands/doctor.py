"""`voiceagent doctor [DIR]`: the first thing that is wrong, here and in the services that the settings name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Context, Option

from voiceagent_cli.options import AsJson, Project


def command(
    ctx: Context,
    directory: Project = Path(),
    local_only: Annotated[bool, Option("--local-only", help="Ask nobody beyond this machine.")] = False,
    fix: Annotated[bool, Option("--fix", help="Mend what is safe to mend, say what was done, and look again.")] = False,
    unredacted: Annotated[bool, Option("--unredacted", help="Show numbers, identities and ids whole; secrets never.")] = False,
    security: Annotated[
        str, Option("--security", metavar="URL", help="Knock at a deployment as a stranger and a forger would.")
    ] = "",
    json: AsJson = False,
) -> None:
    """Check this machine, the settings and the services they name; say what to mend first. Changes nothing without --fix.

    The checks stand in the order of causes: what failed first explains what follows. Opening a session with the engine is one
    of its new connections of this minute; everything else only reads.

    With --security URL: unauthenticated and forged requests to every public surface of that deployment, which may be any of
    yours; what was let in is a failure.

    Exit code 0 when nothing failed (warnings do not count), 1 when a check failed, 2 when none could be made.
    """
    from voiceagent.errors import UserError
    from voiceagent_cli.checkup import examine, exit_code, show, strangers
    from voiceagent_cli.exits import OK, Ended

    if not directory.exists():
        raise UserError(f"{directory} does not exist", remedy=f"voiceagent init {directory}, or name the folder of your agent")
    checks = (
        strangers(security, ctx.obj, as_json=json)
        if security
        else examine(directory, ctx.obj, local_only=local_only, fix=fix, unredacted=unredacted, as_json=json)
    )
    show(checks, ctx.obj, as_json=json)
    if (code := exit_code(checks)) != OK:
        raise Ended(code)
