"""A whole run: scenarios by agent and by settings, each repeated, several at once if asked, until done, failed or stopped."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voiceagent.errors import RemoteError
from voiceagent.local.emulators import Emulators
from voiceagent.local.need import Leg
from voiceagent.local.project import settings_of
from voiceagent.scenarios.load import Case
from voiceagent.scenarios.persona import chat_of
from voiceagent.scenarios.results import Result, Run
from voiceagent.scenarios.stage import INTERRUPTED, Stage, house, stage


@dataclass(frozen=True, slots=True)
class Options:
    """`repeat` replaces the scenarios' own number. `keep_sound`: keep what was said and heard, for a report.

    `leg`: the telephone service that the calls come over.
    """

    jobs: int = 1
    repeat: int | None = None
    fail_fast: bool = False
    keep_sound: bool = False
    leg: Leg = "acs"


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What was run, in the order of the cases, and what was not. `lost`: the emulators died, so the rest was not begun."""

    results: tuple[Result, ...]
    not_run: tuple[Case, ...] = ()
    lost: RemoteError | None = None
    findings: tuple[Mapping[str, Any], ...] = ()
    """What Azure would have refused or ignored of the bridge's, whether or not a scenario noticed."""


@dataclass(slots=True)
class _Progress:
    """The runs so far. `halted` when nothing more is to begin."""

    options: Options
    told: Callable[[Case, Run], None]
    stop: asyncio.Event
    runs: dict[Path, list[Run]] = field(default_factory=dict)
    halted: bool = False
    lost: RemoteError | None = None
    findings: list[Mapping[str, Any]] = field(default_factory=list)

    def take(self, case: Case, run: Run) -> None:
        if run.error == INTERRUPTED:
            return
        self.runs.setdefault(case.path, []).append(run)
        self.halted = self.halted or (self.options.fail_fast and run.outcome != "passed")
        self.told(case, run)

    @property
    def over(self) -> bool:
        return self.halted or self.stop.is_set()


async def run(
    cases: Sequence[Case],
    options: Options,
    *,
    say: Callable[[str], None] = lambda _: None,
    told: Callable[[Case, Run], None] = lambda _case, _run: None,
    stop: asyncio.Event | None = None,
) -> Outcomes:
    """Play all cases. `told` hears of each run as it ends; `stop` lets the calls that go on hang up, and begins no other.

    UserError before anything starts when a persona has no chat model, or the settings are wrong.
    """
    check_personas(cases)
    progress = _Progress(options, told, stop or asyncio.Event())
    for project, of_project in _by_project(cases):
        if not progress.over:
            async with house(project, say=say, leg=options.leg, found=progress.findings.append) as emulators:
                for of_settings in _by_settings(of_project):
                    if not progress.over:
                        async with stage(project, of_settings[0].overrides, emulators, options.leg) as on:
                            await _play(of_settings, on, emulators, progress)
    results = [Result(case, tuple(progress.runs[case.path])) for case in cases if case.path in progress.runs]
    not_run = tuple(case for case in cases if case.path not in progress.runs)
    return Outcomes(tuple(results), not_run, progress.lost, tuple(progress.findings))


def check_personas(cases: Sequence[Case]) -> None:
    """UserError when a persona has nobody to play it."""
    for case in cases:
        if case.scenario.persona is not None:
            chat_of(case.scenario.persona, settings_of(case.project).settings.thinker, where=str(case.path))


async def _play(cases: Sequence[Case], on: Stage, emulators: Emulators, progress: _Progress) -> None:
    """All repeats of these cases, so many at once as there are jobs: each job takes the next that waits."""
    waiting = iter([case for case in cases for _ in range(progress.options.repeat or case.scenario.repeat)])

    async def job() -> None:
        while not progress.over and (case := next(waiting, None)) is not None:
            await together(case)

    async def together(case: Case) -> None:
        """All callers of a scenario at once; each call is judged for itself."""
        async with asyncio.TaskGroup() as tasks:
            for _ in range(case.scenario.callers):
                tasks.create_task(one(case))

    async def one(case: Case) -> None:
        progress.take(case, await on.play(case, stop=progress.stop, keep_sound=progress.options.keep_sound))

    async def watch() -> None:
        progress.lost = await emulators.lost()
        progress.halted = True

    async with asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch())
        await asyncio.wait([tasks.create_task(job()) for _ in range(progress.options.jobs)])
        watching.cancel()


def _by_project(cases: Sequence[Case]) -> Iterator[tuple[Path, list[Case]]]:
    for project in dict.fromkeys(case.project for case in cases):
        yield project, [case for case in cases if case.project == project]


def _by_settings(cases: Sequence[Case]) -> Iterator[list[Case]]:
    """Cases that can share a bridge."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(json.dumps(case.overrides, sort_keys=True, default=str), []).append(case)
    yield from groups.values()
