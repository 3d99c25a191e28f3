"""A check, and the one rule of the order: causes before consequences.

A check whose cause failed is not made: what it would find is known already, and would only hide the cause. So the first
failure in the list is the thing to mend.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from voiceagent.discreet import without_secrets
from voiceagent.doctor.finding import Cause, Checked, Found, skipped
from voiceagent.doctor.surroundings import Surroundings
from voiceagent.errors import RemoteError, UserError
from voiceagent.observe.logs import discreet_text

Look = Callable[[Surroundings], "Found | Awaitable[Found]"]
INSTALL = "pip install 'voiceagent-workbench[{extra}]'"


@dataclass(frozen=True, slots=True)
class Check:
    """`looks_at` is for the reference. Without what it `needs` there is nothing to look at; a failure of `unless` explains it.

    `remote` checks ask somebody beyond this process. `modules` come with the `extra`: without them the check is skipped.
    """

    name: str
    looks_at: str
    look: Look
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    remote: bool = False
    modules: tuple[str, ...] = ()
    extra: str = ""


async def examine(
    checks: Iterable[Check], around: Surroundings, *, tell: Callable[[Checked], None] = lambda _: None
) -> list[Checked]:
    """Make the checks in their order; `tell` hears of each as it is done. A check that breaks is a failed check."""
    done: dict[str, Checked] = {}
    for number, check in enumerate(checks, start=1):
        found = _not_made(check, around, done) or await _made(check, around)
        texts = (found.detail, found.remedy, found.next_command)
        detail, remedy, command = texts if around.unredacted else map(discreet_text, texts)
        command = _for_project(command, around.directory)
        done[check.name] = Checked(number, check.name, found.status, detail, remedy, command, found.code)
        tell(done[check.name])
    return list(done.values())


def _for_project(command: str, project: Path) -> str:
    """A command of ours as it is typed from here: with the folder, unless the user stands in it."""
    words = command.split()
    if project == Path() or words[:1] != ["voiceagent"] or words[1] == "init":
        return command
    return f"{command} {'--dir ' if words[1] == 'rca' else ''}{quote(str(project))}"


def first_failure(checked: Sequence[Checked]) -> Checked | None:
    """What is to be mended first: a failure before any warning."""
    for status in ("failed", "warning"):
        for one in checked:
            if one.status == status:
                return one
    return None


def _not_made(check: Check, around: Surroundings, done: dict[str, Checked]) -> Found | None:
    for name in (*check.needs, *check.unless):
        cause = done[name]
        if cause.status == "failed":
            return skipped(f"not looked at, because of {cause.number} ({name})")
        if cause.status == "skipped" and name in check.needs:
            return skipped(cause.detail)
    if check.remote and around.local_only:
        return skipped("asks beyond this machine, and --local-only was given")
    absent = [name for name in check.modules if not around.present(name)]
    if absent:
        install = INSTALL.format(extra=check.extra)
        return skipped(f"the extra `{check.extra}` is not installed", f"install: {install}", next_command=install)
    return None


async def _made(check: Check, around: Surroundings) -> Found:
    try:
        found = check.look(around)
        return await found if inspect.isawaitable(found) else found
    except UserError as error:
        return Found("failed", without_secrets(str(error)), without_secrets(error.remedy), code="settings")
    except RemoteError as error:
        return Found("failed", without_secrets(f"{error.service}: {error}"), without_secrets(error.remedy), code="service")
    except Exception as error:  # whatever a broken installation throws is what the doctor is asked about
        what = without_secrets(f"{type(error).__name__}: {error}".splitlines()[0])
        return Found("failed", f"could not be checked ({what})", code="broken")
