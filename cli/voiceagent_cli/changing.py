"""A plan of changes on the screen, whichever command makes it: its table, and the question before anything is done."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voiceagent.errors import UserError
from voiceagent_cli.exits import USAGE, Ended

if TYPE_CHECKING:
    from voiceagent_cli.terminal import Terminal

NOTHING = "Nothing to do."
_SIGNS = {"create": "+", "update": "~", "delete": "-", "keep": " ", "skip": "!"}
_WHY = {"create": "not there yet", "update": "differs", "keep": "as it should be", "delete": "made by us"}


def show_changes(terminal: Terminal, steps: Iterable[tuple[str, str, str, str]]) -> None:
    """The steps as a table: action, kind, name, and why, where there is more to say than the action says."""
    from voiceagent.cloud.spoken import spoken

    rows = [
        (f"{_SIGNS[action]} {action}", spoken(kind), name, why or _WHY.get(action, "")) for action, kind, name, why in steps
    ]
    terminal.table(("", "what", "name", "why"), rows)


def confirmed(terminal: Terminal, question: str, *, yes: bool) -> bool:
    """Whether it may be done: by `--yes`, or by somebody who is asked."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UserError("nobody is here to be asked, so nothing was changed", remedy="look at the plan, then add --yes")
    terminal.prompt(f"{question} [y/N] ")
    with _interruptible():
        return sys.stdin.readline().strip().lower() in ("y", "yes")


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C ends the wait for an answer: a loop's own handler would only cancel what cannot be reached while we read."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def must_agree(terminal: Terminal, question: str, *, yes: bool) -> None:
    """Ends the command when the answer is no; UserError when nobody is there to give one."""
    if not confirmed(terminal, question, yes=yes):
        terminal.say("Nothing was changed.")
        raise Ended(USAGE)
