"""Every way to speak to the user: results to stdout, talk to stderr, colour only where somebody looks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal, TextIO

if TYPE_CHECKING:
    from rich.console import Console

_USUAL_WIDTH = 80


class Terminal:
    """The two streams of one command run. Commands never print; they speak through this.

    `as_json` is set by the `--json` option: talk goes on to stderr, and stdout carries JSON only.
    """

    def __init__(self, stdout: TextIO, stderr: TextIO, *, as_json: bool = False) -> None:
        self._out = stdout
        self._err = stderr
        self.as_json = as_json

    @property
    def watched(self) -> bool:
        """Whether a person looks at the talk (a terminal, not a file or a pipe)."""
        return self._err.isatty()

    @property
    def asked_in_person(self) -> bool:
        """Whether results go to a terminal."""
        return self._out.isatty()

    def result(self, text: str) -> None:
        """What the command was run for, as text."""
        print(text, file=self._out, flush=True)

    def record(self, facts: Mapping[str, Any] | Sequence[Any], *, indent: int | None = 2) -> None:
        """What the command was run for, as JSON. `indent=None` gives one line, for streams of records."""
        print(json.dumps(facts, indent=indent, ensure_ascii=False), file=self._out, flush=True)

    def say(self, text: str = "") -> None:
        """A remark about what is going on."""
        print(text, file=self._err, flush=True)

    def prompt(self, question: str) -> None:
        """A question; the answer stands on its line."""
        print(question, end="", file=self._err, flush=True)

    def soft(self, text: str) -> None:
        """A remark of less weight."""
        self.say(self._styled(text, "2"))

    def strong(self, text: str) -> None:
        """A remark of more weight."""
        self.say(self._styled(text, "1"))

    def warn(self, sentence: str) -> None:
        """Something to know, though the work goes on."""
        self.say(f"{self._styled('warning:', '33')} {sentence}")

    def complain(self, sentence: str, remedy: str = "") -> None:
        """Why the command ends here, and what to do about it."""
        self.say(f"{self._styled('error:', '31')} {sentence}")
        if remedy:
            self.say(f"  {self._styled('try:', '36')} {remedy}")

    def log(self, level: Literal["debug", "info", "warning", "error"], style: Literal["text", "json"] = "text") -> None:
        """Let the library's log lines be talk as well."""
        from voiceagent.observe.logs import set_up_logging

        set_up_logging(level, style, self._err)

    def canvas(self) -> Console:
        """Where results go, for what draws and colours by itself; only where somebody looks."""
        from rich.console import Console

        return Console(file=self._out, highlight=False)

    @contextmanager
    def through(self, stream: TextIO) -> Iterator[None]:
        """Talk goes to `stream` while the block runs: a live screen must know of every line, or it draws over it."""
        before, self._err = self._err, stream
        try:
            yield
        finally:
            self._err = before

    @contextmanager
    def on_the_side(self) -> Iterator[None]:
        """What is shown while the block runs is talk: a plan before the result."""
        before, self._out = self._out, self._err
        try:
            yield
        finally:
            self._out = before

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str = "") -> None:
        """A result of many alike: tab-separated lines for a pipe; for people a table, or on a narrow screen a value a line."""
        rows = list(rows)
        if not self.asked_in_person:
            for row in rows:
                self.result("\t".join(row))
            return
        from voiceagent_cli.columns import laid_out

        lines = laid_out(columns, rows, self._width())
        if title:
            self.result(title)
        for number, line in enumerate(lines):
            self.result(f"\033[2m{line}\033[0m" if number == 0 and _is_head(line, columns) and not _plain() else line)

    def _width(self) -> int:
        """Of the screen that results go to; COLUMNS counts, where it is set."""
        import os
        import shutil

        with suppress(ValueError, OSError):  # no screen of its own: shutil asks standard output's
            if not os.environ.get("COLUMNS"):
                return os.get_terminal_size(self._out.fileno()).columns or _USUAL_WIDTH
        return shutil.get_terminal_size((_USUAL_WIDTH, 24)).columns

    def _styled(self, text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.watched and not _plain() else text


def _is_head(line: str, columns: Sequence[str]) -> bool:
    """Whether a line has the names of the columns alone."""
    return line.split() == " ".join(columns).split()


def _plain() -> bool:
    """Whether the user asked for no colour (https://no-color.org) or has a terminal without."""
    import os

    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
