"""Both sides' loudness as bars below the conversation, for whoever talks into a microphone and wonders whether it hears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voiceagent_cli.terminal import Terminal

FLOOR_DBFS = -60
"""The left end of a bar: a quiet room."""
WIDTH = 24
REFRESHES_PER_SECOND = 8

Say = Callable[[str], None]


def bar(dbfs: float) -> str:
    """A level as a bar, with its number."""
    filled = round(min(1.0, max(0.0, 1 - dbfs / FLOOR_DBFS)) * WIDTH)
    number = f"{dbfs:4.0f} dBFS" if dbfs > FLOOR_DBFS else "   quiet"
    return f"{'#' * filled}{'.' * (WIDTH - filled)} {number:<9}"


def row(mic: float, agent: float, state: str) -> str:
    """The line below the conversation."""
    return f"mic {bar(mic)}  agent {bar(agent)}  {state}"


@contextmanager
def meters(terminal: Terminal, read: Callable[[], str] | None) -> Iterator[Say]:
    """How to say a line while the block runs. `read` gives the row that stands below, when somebody looks."""
    if read is None or not terminal.watched:
        yield terminal.say
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True, highlight=False)
    with Live(
        console=console,
        get_renderable=lambda: Text(read(), style="dim", no_wrap=True),
        refresh_per_second=REFRESHES_PER_SECOND,
        transient=True,
    ) as live:
        yield lambda line: live.console.print(Text(line))
