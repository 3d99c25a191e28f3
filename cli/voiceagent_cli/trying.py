"""Scenarios on the screen: each as it ends, with what was heard in place of what was expected; the sum, files, exit code."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError
from voiceagent_cli import exits
from voiceagent_cli.misspelt import warn_of_names

if TYPE_CHECKING:
    from voiceagent.local.need import Leg
    from voiceagent.scenarios.load import Case
    from voiceagent.scenarios.results import Run
    from voiceagent.scenarios.run import Options, Outcomes
    from voiceagent_cli.terminal import Terminal

STYLES = {"passed": "green", "failed": "bold red", "error": "bold red"}


@dataclass(frozen=True, slots=True)
class Files:
    """Where the results are written besides the screen."""

    junit: Path | None = None
    html: Path | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A run that is over. `interrupted`: Ctrl-C ended it."""

    outcomes: Outcomes
    seconds: float
    interrupted: bool


def chosen(paths: Sequence[Path], words: str) -> list[Case]:
    """The scenarios to play. UserError when a file is wrong, or none is left."""
    from voiceagent.scenarios.load import cases, selected

    found = cases(paths)
    kept = selected(found, words)
    if not kept:
        names = ", ".join(case.name for case in found[:5])
        raise UserError(f"-k {words!r} fits none of {len(found)} scenarios.", remedy=f"they are: {names}")
    return kept


def options(*, jobs: int, repeat: int | None, fail_fast: bool, files: Files, leg: Leg = "acs") -> Options:
    """How to run. The sound of the calls is kept for a page only."""
    from voiceagent.scenarios.run import Options

    for path in (files.junit, files.html):
        if path is not None and not path.absolute().parent.is_dir():
            raise UserError(f"{path} cannot be written: there is no folder {path.parent}.")
    return Options(jobs=jobs, repeat=repeat, fail_fast=fail_fast, keep_sound=files.html is not None, leg=leg)


async def play(cases: Sequence[Case], wanted: Options, terminal: Terminal, stop: asyncio.Event, *, as_json: bool) -> Tried:
    """Play them, telling each as it ends."""
    from voiceagent.local.project import settings_of
    from voiceagent.scenarios.load import doubts
    from voiceagent.scenarios.run import run

    terminal.log("warning")
    projects = {case.project for case in cases}
    warn_of_names({name for project in projects for name in settings_of(project).environment}, terminal)
    for doubt in dict.fromkeys(doubt for case in cases for doubt in doubts(case)):
        terminal.warn(doubt)
    began = time.monotonic()

    def told(case: Case, outcome: Run) -> None:
        _line(f"{outcome.outcome:<7} {case.name}", f"  {outcome.seconds:.1f} s", outcome.outcome, terminal, as_json=as_json)
        for sentence in missed(outcome):
            _line("", sentence, "", terminal, as_json=as_json)

    outcomes = await run(cases, wanted, say=terminal.soft, told=told, stop=stop)
    return Tried(outcomes, time.monotonic() - began, stop.is_set())


def missed(run: Run) -> list[str]:
    """What was expected and what was heard, of the expectations that were not met."""
    from voiceagent.scenarios.results import expectations

    lines = []
    for one in expectations(run):
        if not one["passed"]:
            lines += [f"        expected  {one['text']}", f"        heard     {one['heard']}"]
    if lines and run.report and run.report.get("capture"):
        lines.append(f"        capture   {run.report['capture']}")
    return lines


def write(tried: Tried, files: Files, terminal: Terminal) -> None:
    """The files that were asked for."""
    results = tried.outcomes.results
    if files.junit is not None:
        from voiceagent.scenarios.junit import junit

        files.junit.write_text(junit(results), encoding="utf-8")
        terminal.soft(f"Wrote {files.junit}")
    if files.html is not None:
        from voiceagent.scenarios.html import page

        names = dict.fromkeys(result.case.project.name for result in results)
        when = time.strftime("%Y-%m-%d %H:%M")
        files.html.write_text(page(results, title=", ".join(names) or "voiceagent", when=when), encoding="utf-8")
        terminal.soft(f"Wrote {files.html}")


def tell(tried: Tried, terminal: Terminal, *, as_json: bool, strict: bool = False) -> None:
    """The sum; ends the command when not everything passed, or `strict`ly when there are findings."""
    from voiceagent.scenarios.results import summary
    from voiceagent_cli.emulating import lines_of

    outcomes = tried.outcomes
    facts = summary(outcomes.results, not_run=outcomes.not_run, findings=outcomes.findings)
    if as_json:
        terminal.record(facts)
    else:
        for finding in outcomes.findings:
            for line in lines_of(finding):
                terminal.result(line)
        terminal.result(_sum(facts, tried.seconds))
    if tried.interrupted:
        raise exits.Ended(exits.INTERRUPTED)
    if tried.outcomes.lost is not None:
        raise tried.outcomes.lost
    if facts["failed"] or (strict and outcomes.findings):
        raise exits.Ended(exits.FAILED)


def _sum(facts: dict[str, Any], seconds: float) -> str:
    failed, errors, waiting = facts["failed"] - facts["errors"], facts["errors"], len(facts["not_run"])
    found = len(facts["findings"])
    parts = [
        f"{facts['passed']} passed",
        f"{failed} failed" if failed else "",
        f"{errors} with an error" if errors else "",
        f"{waiting} not run" if waiting else "",
        f"{found} finding{'s' if found > 1 else ''} of the linter" if found else "",
    ]
    return f"{', '.join(part for part in parts if part)} in {seconds:.0f} s"


def _line(strong: str, soft: str, outcome: str, terminal: Terminal, *, as_json: bool) -> None:
    """A line of the result; as talk when the result is JSON."""
    if as_json:
        terminal.say(strong + soft)
    elif terminal.asked_in_person:
        from rich.text import Text

        word, _, name = strong.partition(" ")
        text = Text.assemble((word, STYLES.get(outcome, "")), f" {name}" if name else "", (soft, "dim"))
        terminal.canvas().print(text, soft_wrap=True)
    else:
        terminal.result(strong + soft)
