"""`voiceagent say TEXT [DIR]`: speaks in a call that runs in the background."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson, Project


def command(
    ctx: Context,
    text: Annotated[str, Argument(metavar="TEXT", help="What the caller says.", show_default=False)],
    directory: Project = Path(),
    in_writing: Annotated[bool, Option("--in-writing", help="As text even in a call with sound.")] = False,
    json: AsJson = False,
) -> None:
    """Say something in the call that `voiceagent talk --detach` holds, and show the agent's answer.

    Waits until it is the caller's turn, then until the agent has said all it has to say.
    """
    from voiceagent_cli.talking import say

    say(directory, text, ctx.obj, in_writing=in_writing, as_json=json)
