"""`voiceagent calls show CALL`: one call, from its report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context

from voiceagent_cli.options import AsJson, Project


def command(
    ctx: Context,
    call: Annotated[str, Argument(metavar="CALL", help="Its id, the beginning of it, or `last`.", show_default=False)],
    directory: Project = Path(),
    json: AsJson = False,
) -> None:
    """Show one call: what was said, which tools ran, how long everything took."""
    from voiceagent_cli import summary
    from voiceagent_cli.past import policy_of, report_of

    report = report_of(directory, call)
    terminal = ctx.obj
    if json:
        terminal.record(report)
        return
    for line in [*summary.transcript(report), ""]:
        terminal.result(line)
    for name, value in summary.facts(report, directory):
        terminal.result(f"{name:<11} {value}")
    if report["outcome"] in ("failed", "rejected"):
        terminal.say(f"Why: voiceagent rca {report['call_id']}" + ("" if directory == Path() else f" --dir {directory}"))
    if policy_of(directory) == "redacted":
        terminal.say("Words and digits are hidden on disk: capture.policy is redacted.")
