"""The doctor on the screen: each check as it is made, the counts, and the one command to type next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from voiceagent.errors import UserError
from voiceagent_cli import exits

if TYPE_CHECKING:
    from voiceagent.config.load import Loaded
    from voiceagent.doctor.finding import Checked
    from voiceagent_cli.terminal import Terminal


def examine(
    directory: Path, terminal: Terminal, *, local_only: bool, fix: bool, unredacted: bool, as_json: bool
) -> list[Checked]:
    """All checks of a project, or of the environment alone where there is none. With `fix` what is safe is mended first."""
    if fix:
        from voiceagent.doctor.mend import mend

        captures = folder_of_captures(directory)
        for done in mend(directory, captures, could_not=lambda why: terminal.warn(f"could not be mended: {why}")):
            terminal.say(f"Mended: {done}")
    return asyncio.run(_examine(directory, terminal, local_only=local_only, unredacted=unredacted, as_json=as_json))


async def _examine(directory: Path, terminal: Terminal, *, local_only: bool, unredacted: bool, as_json: bool) -> list[Checked]:
    from voiceagent.doctor.catalogue import CHECKS
    from voiceagent.doctor.check import examine as examine_all
    from voiceagent.doctor.surroundings import Surroundings

    lines = Lines(terminal, len(CHECKS), quiet=as_json)
    async with Surroundings(directory, settings_or_error(directory), local_only=local_only, unredacted=unredacted) as around:
        checked = await examine_all(CHECKS, around, tell=lines.add)
    lines.end()
    return checked


def strangers(url: str, terminal: Terminal, *, as_json: bool) -> list[Checked]:
    """What a stranger and a forger are told at a deployment's public surfaces."""
    from voiceagent.doctor.strangers import ATTEMPTS, knock_everywhere

    lines = Lines(terminal, len(ATTEMPTS), quiet=as_json)
    checked = asyncio.run(knock_everywhere(url, tell=lines.add))
    lines.end()
    return checked


def exit_code(checks: Sequence[Checked]) -> int:
    """0 when nothing failed, 1 when something did, 2 when nothing ran."""
    statuses = {check.status for check in checks}
    if statuses <= {"skipped"}:
        return exits.USAGE
    return exits.FAILED if "failed" in statuses else exits.OK


def show(checks: Sequence[Checked], terminal: Terminal, *, as_json: bool) -> None:
    """What came of it, after the lines; or everything in the shape promised to programs."""
    counts = {status: sum(check.status == status for check in checks) for status in ("ok", "warning", "failed", "skipped")}
    if as_json:
        terminal.record({"checks": [asdict(check) for check in checks], **counts})
        return
    terminal.result(", ".join(f"{count} {status}" for status, count in counts.items() if count))
    if command := next_command(checks):
        terminal.say(f"Next: {command}")


def next_command(checks: Sequence[Checked]) -> str:
    """Mend what failed; otherwise make a project; otherwise call it. Warnings are for those who need the thing."""
    urgency = {"failed": 0, "skipped": 1, "ok": 2, "warning": 3}
    commands = sorted((urgency[check.status], check.number, check.next_command) for check in checks if check.next_command)
    return commands[0][2] if commands else ""


class Lines:
    """The checks as they are made, a line each; those that are skipped for the same reason share one."""

    def __init__(self, terminal: Terminal, count: int, *, quiet: bool) -> None:
        self._terminal = terminal
        self._count = count
        self._quiet = quiet
        self._skipped: list[Checked] = []

    def add(self, check: Checked) -> None:
        """The next check."""
        if self._quiet:
            return
        if self._skipped and (check.status, check.detail) != ("skipped", self._skipped[0].detail):
            self.end()
        if check.status == "skipped":
            self._skipped.append(check)
        else:
            self._line(str(check.number), check.name, check)

    def end(self) -> None:
        """No further check is skipped for the reason of the last ones."""
        if self._skipped:
            first, last = self._skipped[0], self._skipped[-1]
            numbers = str(first.number) if first is last else f"{first.number}-{last.number}"
            self._line(numbers, ", ".join(check.name for check in self._skipped), first)
        self._skipped = []

    def _line(self, numbers: str, names: str, check: Checked) -> None:
        width = 2 * len(str(self._count)) + 1
        place = f"[{numbers:>{width}}/{self._count}]"
        self._terminal.result(f"{place} {check.status:<7}  {names}: {check.detail}")
        if check.remedy and check.status != "ok":
            self._terminal.result(f"{'':{len(place) + 10}}{check.remedy}")


def folder_of_captures(directory: Path) -> str | None:
    """What the project's settings name; None when they want no captures or cannot be read."""
    loaded = settings_or_error(directory)
    if isinstance(loaded, UserError) or loaded.settings.capture.policy == "off":
        return None
    return loaded.settings.capture.directory


def settings_or_error(directory: Path) -> Loaded | UserError:
    """The project's settings; those of the environment alone when there is no project; or what is wrong with them."""
    from voiceagent.local.project import settings_of

    try:
        return settings_of(directory if (directory / "voiceagent.toml").exists() else None)
    except UserError as error:
        return error
