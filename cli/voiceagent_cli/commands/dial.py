"""`voiceagent dial TARGET [DIR]`: the agent calls somebody."""

# ruff: noqa: ARG001 - the steps are read in the order typed, from where OrderedCommand keeps it

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson, Project
from voiceagent_cli.ordered import STEPS_KEY, OrderedCommand
from voiceagent_cli.typed import HUMAN_METAVAR, finite, human_of

COMMAND_CLASS = OrderedCommand


def command(
    ctx: Context,
    to: Annotated[
        str, Argument(metavar="TARGET", help="A transfer target of the project, or a number with +.", show_default=False)
    ],
    directory: Project = Path(),
    yes: Annotated[bool, Option("--yes", help="Call this number: it costs money, and a person picks up.")] = False,
    key: Annotated[
        str, Option(metavar="TEXT", help="One wish: the same key never calls twice. Made up if not given.", show_default=False)
    ] = "",
    say: Annotated[list[str] | None, Option(metavar="TEXT", help="Emulated: the callee says this. Repeatable.")] = None,
    wav: Annotated[list[str] | None, Option(metavar="FILE", help="Emulated: a WAV file in place of speech.")] = None,
    dtmf: Annotated[list[str] | None, Option(metavar="KEYS", help="Emulated: the callee presses keys.")] = None,
    silence: Annotated[list[str] | None, Option(metavar="MS", help="Emulated: the callee says nothing for a while.")] = None,
    human: Annotated[str, Option(metavar=HUMAN_METAVAR, parser=human_of, help="Emulated: what the callee does.")] = "answer",
    timeout: Annotated[float, Option(metavar="SECONDS", callback=finite, help="Wait no longer for the end.", min=1)] = 600,
    json: AsJson = False,
) -> None:
    """Have the agent call somebody, and report how it went; 1 when nobody was reached.

    Uses the bridge that `voiceagent serve` runs for this project, or starts one for the call. Without Azure settings the
    network is emulated, and the options marked so tell who answers there.
    """
    from voiceagent_cli import dialling
    from voiceagent_cli.signals import run

    plan = dialling.plan_of(to, yes=yes, key=key, human=human, typed=ctx.meta[STEPS_KEY])
    placed = run(lambda stop: dialling.dial(directory, plan, timeout, ctx.obj, stop))
    dialling.tell(placed, ctx.obj, as_json=json, project=directory)
