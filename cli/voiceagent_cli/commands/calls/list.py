"""`voiceagent calls list`: the calls of a project, latest first."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
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
    from voiceagent_cli.past import calls_of

    calls = calls_of(directory)[:limit]
    terminal = ctx.obj
    if json:
        terminal.record({"calls": calls})
        return
    if not calls:
        terminal.say(f"No calls yet. Place one: voiceagent call {quote(str(directory))}")
        return
    terminal.table(
        ("call", "agent", "started", "lasted", "outcome", "why it ended"),
        [
            (
                call["call_id"],
                call.get("agent") or "",
                call["started_at"],
                f"{call['duration_ms'] / 1000:.1f} s",
                call["outcome"] or "",
                call["end_reason"] or "",
            )
            for call in calls
        ],
    )
