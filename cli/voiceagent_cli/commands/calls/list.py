"""`voiceagent calls list`: the calls of a project, latest first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Context, Option

from voiceagent_cli.options import AsJson, Project


def command(
    ctx: Context,
    directory: Project = Path(),
    limit: Annotated[int, Option(help="How many at most.", min=1)] = 50,
    json: AsJson = False,
) -> None:
    """List the calls of a project, latest first."""
    from voiceagent.observe.store import list_reports
    from voiceagent_cli.project import captures_of

    calls = list_reports(captures_of(directory))[::-1][:limit]
    terminal = ctx.obj
    if json:
        terminal.record({"calls": calls})
        return
    if not calls:
        terminal.say("No calls yet. Place one: voiceagent call")
        return
    terminal.table(
        ("call", "started", "lasted", "outcome", "why it ended"),
        [
            (
                call["call_id"],
                call["started_at"],
                f"{call['duration_ms'] / 1000:.1f} s",
                call["outcome"] or "",
                call["end_reason"] or "",
            )
            for call in calls
        ],
    )
