"""`voiceagent captures prune`: deletes what has served its time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson


def command(
    ctx: Context,
    directory: Annotated[
        Path, Argument(metavar="[DIR]", help="The agent project, or a folder of captures.", show_default=False)
    ] = Path(),
    older_than: Annotated[str, Option(metavar="AGE", help="Those older than 30d, 12h, 4w.", show_default=False)] = "",
    keep: Annotated[int | None, Option(metavar="N", help="The latest N stay in any case.", min=0)] = None,
    dry_run: Annotated[bool, Option("--dry-run", help="Only say what would go.")] = False,
    json: AsJson = False,
) -> None:
    """Delete captures, and the reports beside them, by age, or all but the latest."""
    import time

    from voiceagent.capture.shelf import prune
    from voiceagent.errors import UserError
    from voiceagent.local.captured import shelf_of
    from voiceagent_cli.captured import days, size

    if not older_than and keep is None:
        raise UserError("nothing says what is to go", remedy="give --older-than 30d, --keep 20, or both")
    shelf = shelf_of(directory)
    age = days(older_than) if older_than else None
    gone = prune(shelf.folder, now=time.time(), older_than_days=age, keep=keep, dry_run=dry_run)
    terminal, names = ctx.obj, [shelf.named(path) for path in gone.paths]
    if json:
        terminal.record({"deleted": names, "bytes": gone.bytes, "kept": gone.kept, "dry_run": dry_run})
        return
    for name in names:
        terminal.result(name)
    verb = "would be deleted" if dry_run else "deleted"
    terminal.say(f"{len(names)} files ({size(gone.bytes)}) {verb}, {gone.kept} captures stay.")
