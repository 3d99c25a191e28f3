"""`voiceagent test [SCENARIO…]`: conversations that must keep working."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, Context, Option

from voiceagent_cli.options import AsJson


class Leg(StrEnum):
    acs = "acs"
    twilio = "twilio"


def command(
    ctx: Context,
    scenarios: Annotated[
        list[Path] | None,
        Argument(metavar="[SCENARIO]...", help="Scenario files, folders of them, or agent projects.", show_default=False),
    ] = None,
    select: Annotated[
        str, Option("-k", "--select", metavar="WORDS", help="Only those whose name or file has these words; `not` before one.")
    ] = "",
    repeat: Annotated[
        int | None, Option(metavar="N", help="Play each so often; a scenario passes when all its repeats do.", min=1)
    ] = None,
    jobs: Annotated[int, Option("-j", "--jobs", metavar="N", help="So many calls at once.", min=1, max=50)] = 1,
    leg: Annotated[Leg, Option(help="Telephone service the calls come over.")] = Leg.acs,
    fail_fast: Annotated[bool, Option("--fail-fast", help="Begin no further call after one that did not pass.")] = False,
    junit: Annotated[Path | None, Option(metavar="FILE", help="Write the results as JUnit XML.")] = None,
    html: Annotated[
        Path | None, Option(metavar="FILE", help="Write a page to look at and listen to: one file, nothing loaded.")
    ] = None,
    strict: Annotated[
        bool, Option("--strict", help="End with 1 when Azure would have refused or ignored something, too.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Play scenarios over an emulated phone and check what was said, which tools ran, and how long it took.

    Without SCENARIO those of the agent project here. A bridge and the emulators are started for the run. Exit code 0 when all
    passed, 1 when one did not, 2 when a scenario cannot be read or there was nothing to run.
    """
    from voiceagent_cli import trying
    from voiceagent_cli.signals import run

    cases = trying.chosen(scenarios or [Path()], select)
    files = trying.Files(junit=junit, html=html)
    wanted = trying.options(jobs=jobs, repeat=repeat, fail_fast=fail_fast, files=files, leg=leg.value)
    tried = run(lambda stop: trying.play(cases, wanted, ctx.obj, stop, as_json=json))
    trying.write(tried, files, ctx.obj)
    trying.tell(tried, ctx.obj, as_json=json, strict=strict)
