"""`voiceagent call [DIR]`: the dev phone."""

# ruff: noqa: ARG001 - the steps are read in the order typed, from where OrderedCommand keeps it

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Context, Option

from voiceagent_cli.options import AsJson, Project
from voiceagent_cli.ordered import STEPS_KEY, OrderedCommand
from voiceagent_cli.typed import HUMAN_METAVAR, finite, human_of, number_of

COMMAND_CLASS = OrderedCommand


class Line(StrEnum):
    telephone = "telephone"
    wideband = "wideband"


class Leg(StrEnum):
    acs = "acs"
    twilio = "twilio"


def command(
    ctx: Context,
    directory: Project = Path(),
    say: Annotated[list[str] | None, Option(metavar="TEXT", help="Say this, then wait for the answer. Repeatable.")] = None,
    wav: Annotated[list[str] | None, Option(metavar="FILE", help="Play a WAV file in place of speech. Repeatable.")] = None,
    interrupt: Annotated[
        list[str] | None,
        Option(metavar="TEXT[@MS]", help="Say this MS (700) milliseconds into the agent's next turn. Repeatable."),
    ] = None,
    dtmf: Annotated[list[str] | None, Option(metavar="KEYS", help="Press keys: 0-9 * # A-D. Repeatable.")] = None,
    silence: Annotated[list[str] | None, Option(metavar="MS", help="Say nothing for a while. Repeatable.")] = None,
    human: Annotated[
        str, Option(metavar=HUMAN_METAVAR, parser=human_of, help="What a human does whom the agent transfers to.")
    ] = "answer",
    leg: Annotated[Leg, Option(help="Telephone service the call comes over.")] = Leg.acs,
    line: Annotated[Line, Option(help="Sound of the line: 8 kHz telephone or wideband.")] = Line.telephone,
    noise: Annotated[
        float | None,
        Option(metavar="DB", callback=finite, help="Add line noise at this signal-to-noise ratio.", min=-20, max=100),
    ] = None,
    caller: Annotated[str, Option("--from", metavar="NUMBER", parser=number_of, help="The caller's number.")] = "+14255550142",
    number: Annotated[
        str | None,
        Option("--to", metavar="NUMBER", parser=number_of, help="The number that is called; the agent's own by default."),
    ] = None,
    timeout: Annotated[float, Option(metavar="SECONDS", callback=finite, help="Hang up after this long.", min=1)] = 180,
    json: AsJson = False,
) -> None:
    """Place an emulated phone call to the agent and report how it went.

    The caller's steps happen in the order typed, across different options: --say A --dtmf 1 --say B. After the last answer
    the caller hangs up. Uses the bridge that `voiceagent serve` runs for this project, or starts one for the call.
    """
    from voiceagent_cli import calling
    from voiceagent_cli.signals import run

    own = calling.number_of_agent(directory)  # complains of a folder without a project, before any talk
    plan = {
        "from": caller,
        "to": number or own,
        "steps": calling.script_of(ctx.meta[STEPS_KEY], ctx.obj),
        "human": human,
        "line": line.value,
        "noise_db": noise,
        "hang_up_after": True,
    }
    called = run(lambda stop: calling.call(directory, plan, timeout, ctx.obj, stop, leg.value))
    calling.tell(called, ctx.obj, as_json=json, project=directory)
