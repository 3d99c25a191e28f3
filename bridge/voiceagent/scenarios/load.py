"""Finding and opening scenarios: which files are meant, which agent project they belong to, and that they make sense."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from voiceagent.config.load import PROJECT_FILE
from voiceagent.config.names import keys
from voiceagent.errors import UserError
from voiceagent.scenarios.complaints import REMEDY, refused
from voiceagent.scenarios.schema import Scenario, Wav
from voiceagent.scenarios.written import Written, read

FOLDER = "scenarios"
SUFFIXES = (".yaml", ".yml")
FIXED = ("bridge.", "acs.", "thinker.", "capture.", "log.", "engine.kind", "engine.endpoint", "engine.api_key")
"""Settings that belong to the run: its servers are started before the first scenario, and all scenarios share them."""


@dataclass(frozen=True, slots=True)
class Case:
    """A scenario from a file, with the agent project it tests. `overrides` are its settings by dotted key."""

    path: Path
    project: Path
    scenario: Scenario
    overrides: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.scenario.name or self.path.stem


def cases(paths: Iterable[Path]) -> list[Case]:
    """The scenarios of files, folders and agent projects, each file once, in the order named and then by name.

    UserError tells everything that is wrong with any of them, so that one reading of it is enough.
    """
    found: list[Case] = []
    wrong: list[UserError] = []
    for file in dict.fromkeys(file for path in paths for file in scenario_files(path)):
        try:
            found.append(load(file))
        except UserError as error:
            wrong.append(error)
    if wrong:
        raise UserError("\n".join(str(error) for error in wrong), remedy=wrong[0].remedy)
    return found


def scenario_files(path: Path) -> Iterator[Path]:
    """A file itself; of a folder the scenarios in it, of an agent project those in its `scenarios`."""
    if path.is_file():
        yield path
        return
    if not path.is_dir():
        raise UserError(f"{path} does not exist.", remedy="name a scenario file, a folder of them, or an agent project")
    folder = path / FOLDER if (path / PROJECT_FILE).is_file() else path
    files = sorted(file for file in folder.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not files:
        raise UserError(f"There are no scenarios in {folder}.", remedy="write one: docs/scenarios.md shows how")
    yield from files


def load(path: Path) -> Case:
    """One scenario, checked against its project."""
    written = read(path)
    if not isinstance(written.values, dict):
        raise UserError(f"{written.where(())}: a scenario is a table of keys such as `steps:`.", remedy=REMEDY)
    try:
        scenario = Scenario.model_validate(written.values)
    except ValidationError as error:
        raise refused(error, written) from None
    project = project_of(path)
    _check_recordings(scenario, written)
    return Case(path, project, scenario, _checked_overrides(scenario, written, project))


def project_of(path: Path) -> Path:
    """The agent project a scenario belongs to: the nearest folder above it that is one."""
    for folder in path.resolve().parents:
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise UserError(f"{path} belongs to no agent project: no folder above it has a {PROJECT_FILE}.")


def doubts(case: Case) -> list[str]:
    """What will sound other than its author meant, a sentence each: recordings that a copy cut short."""
    from voiceagent.audio.wav import cut_short, wav_content

    files = [case.path.parent / step.wav for step in case.scenario.steps if isinstance(step, Wav)]
    return [told for file in files if (told := cut_short(wav_content(file), name=str(file)))]


def _check_recordings(scenario: Scenario, written: Written) -> None:
    from voiceagent.audio.wav import read_wav

    for index, step in enumerate(scenario.steps):
        if isinstance(step, Wav):
            file = written.path.parent / step.wav
            where = written.where(("steps", index, "wav"))
            if not file.is_file():
                raise UserError(f"{where}: there is no recording {file}.", remedy="its place is relative to the scenario")
            try:
                read_wav(file)
            except UserError as error:
                raise UserError(f"{where}: {error}", remedy=error.remedy) from None


def _checked_overrides(scenario: Scenario, written: Written, project: Path) -> dict[str, Any]:
    from voiceagent.local.project import settings_of

    overrides = dict(_leaves(scenario.settings, ""))
    for key in overrides:
        where = written.where(("settings", *key.split(".")))
        if key.startswith(FIXED):
            raise UserError(f"{where}: `settings.{key}` belongs to the whole run; a scenario cannot change it.")
        if (known := keys().get(key)) is not None and known.secret:
            raise UserError(f"{where}: `settings.{key}` is a secret; it belongs into .env.")
    if overrides:
        try:
            settings_of(project, flags=overrides)
        except UserError as error:
            sentence = re.sub(r" \(--[\w-]+\)", "", str(error))
            raise UserError(f"{written.where(('settings',))}: settings: {sentence}", remedy=error.remedy) from None
    return overrides


def _leaves(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Settings by dotted key, whether they were written as tables or with dots."""
    for name, value in table.items():
        dotted = f"{prefix}{name}"
        whole = dotted in keys() and dotted != "transfer.targets"
        if isinstance(value, dict) and not whole:
            yield from _leaves(value, f"{dotted}.")
        else:
            yield dotted, value


def selected(found: Sequence[Case], words: str) -> list[Case]:
    """Those whose name or file has all of the words; a word after `not` must be absent."""
    return [case for case in found if _fits(f"{case.name} {case.path.name}".lower(), words.lower().split())]


def _fits(text: str, words: list[str]) -> bool:
    wanted = True
    for word in words:
        if word == "not":
            wanted = False
            continue
        if (word in text) != wanted:
            return False
        wanted = True
    return True
