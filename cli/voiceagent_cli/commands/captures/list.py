"""`voiceagent captures list`: the captures of a project, latest first, each checked to its last byte."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson


def command(
    ctx: Context,
    directory: Annotated[
        Path, Argument(metavar="[DIR]", help="The agent project, or a folder of captures.", show_default=False)
    ] = Path(),
    limit: Annotated[int, Option(help="How many at most.", min=1)] = 50,
    json: AsJson = False,
) -> None:
    """List captures, latest first: whole, cut (the writer was stopped), damaged, or locked (encrypted, and no key here)."""
    from voiceagent.config.load import PROJECT_FILE
    from voiceagent.local.captured import shelf_of
    from voiceagent_cli.captured import cells, row

    shelf = shelf_of(directory)
    rows = [row(one, shelf.named(one.path)) for one in shelf.survey(limit)]
    terminal = ctx.obj
    if json:
        terminal.record({"captures": rows})
    elif not rows and not (directory / PROJECT_FILE).is_file():
        terminal.say(f"No captures in {directory}, which holds no {PROJECT_FILE} either: name an agent project.")
    elif not rows:
        terminal.say(f"No captures yet. Place a call: voiceagent call {quote(str(directory))}")
    else:
        terminal.table(("started", "call", "lasted", "outcome", "size", "policy", "state"), [cells(one) for one in rows])
    for one in rows:
        if one["state"] == "damaged":
            terminal.warn(f"{one['capture']}: {one['stopped']}")
