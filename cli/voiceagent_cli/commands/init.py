"""`voiceagent init DIR`: an agent project that works at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson

_FIRST_WORDS = {"orders": "Where is my order four two seven one?", "reception": "I want to buy chairs."}


def command(
    ctx: Context,
    directory: Annotated[Path, Argument(metavar="DIR", help="Where; made when it does not exist.", show_default=False)],
    template: Annotated[str, Option(metavar="NAME", help="orders: looks things up; reception: hands callers over.")] = "orders",
    json: AsJson = False,
) -> None:
    """Write an agent project that works offline at once.

    The project answers calls about orders: ask it where order 4271 is, interrupt it, ask for a human. With --template reception
    it hands callers over in every way there is. Then make it yours.
    """
    from voiceagent.agent.init import write_project

    files = [path.relative_to(directory).as_posix() for path in write_project(directory, template)]
    terminal = ctx.obj
    if json:
        terminal.record({"directory": str(directory), "files": files})
        return
    terminal.result(f"Wrote {directory}: {', '.join(files)}")
    terminal.say(f'Next: voiceagent call {directory} --say "{_FIRST_WORDS.get(template, "Hello")}"')
