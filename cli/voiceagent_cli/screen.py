"""The calls of a bridge as they happen, in the form that suits who looks: programs, a pipe, or a person."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from voiceagent_cli.conversation import line

if TYPE_CHECKING:
    from rich.table import Table

    from voiceagent_cli.terminal import Terminal

Show = Callable[[Mapping[str, Any]], None]
SHORT_ID = 4
"""Characters of a call's id beside its lines: enough to tell a handful of calls apart."""
REFRESHES_PER_SECOND = 2
"""The running times tick; faster is work for nobody."""


@contextmanager
def screen(terminal: Terminal, *, as_json: bool) -> Iterator[Show]:
    """How to show an item of the feed while the block runs."""
    if as_json:
        yield lambda item: terminal.record(item, indent=None)
    elif terminal.asked_in_person:
        with _live(terminal) as show:
            yield show
    else:
        yield lambda item: _plain(item, terminal)


def news(item: Mapping[str, Any]) -> str:
    """What there is to say of an item that is of no call; "" for all others. What failed is in the log."""
    if item.get("kind") == "tunnel":
        return tunnel_news(item)
    if item.get("kind") != "reloaded":
        return ""
    later = f" {item['needs_restart']} needs a restart." if item.get("needs_restart") else ""
    return f"Loaded again: the next call uses it.{later}"


def tunnel_news(item: Mapping[str, Any]) -> str:
    """What happened to the way in from outside."""
    match item["state"]:
        case "lost":
            return f"The tunnel is lost: {item['why']}. New calls cannot come; it is being made again."
        case "restored":
            seconds, round_trip = item["after_ms"] / 1000, item["round_trip_ms"]
            return f"The tunnel is back after {seconds:.1f} s at {item['public_url']} ({round_trip:g} ms there and back)."
        case "pointed":
            return f"Calls are announced at {item['public_url']}."
        case _:
            return f"Calls cannot be announced at the new address: {item['sentence']}; {item['remedy']}."


def _plain(item: Mapping[str, Any], terminal: Terminal) -> None:
    if told := news(item):
        terminal.say(told)
    if text := line(item):
        terminal.result(f"{item['call_id'][:SHORT_ID]}  {text}")


class Calls:
    """Who is on the phone now, from the feed."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._calls: dict[str, dict[str, Any]] = {}

    def take(self, item: Mapping[str, Any]) -> None:
        """An item of the feed."""
        note, call_id = item.get("note"), item.get("call_id", "")
        if note == "CallBeganNoted":
            self._calls[call_id] = {"since": self._now(), "caller": item["caller"], "phase": "ringing", "last": ""}
        elif note == "CallEndedNoted":
            self._calls.pop(call_id, None)
        elif call := self._calls.get(call_id):
            if note == "PhaseNoted":
                call["phase"] = _DOING.get(item["phase"], item["phase"].replace("_", " "))
            elif note in ("CallerTurnNoted", "AgentTurnNoted"):
                call["last"] = item["text"]

    def rows(self) -> list[tuple[str, str, str, str, str]]:
        """Id, caller, time on the phone, phase and last words of each call."""
        return [
            (call_id[:SHORT_ID], call["caller"], _clock(self._now() - call["since"]), call["phase"], call["last"])
            for call_id, call in self._calls.items()
        ]


_DOING = {"media_open": "connected", "engine_ready": "connected", "first_audio": "talking"}
"""Phases of a call in the words of somebody who looks at it."""


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


@contextmanager
def _live(terminal: Terminal) -> Iterator[Show]:
    """Lines scroll; below them stands a table of the calls that go on."""
    from rich.live import Live
    from rich.text import Text

    console, calls = terminal.canvas(), Calls()
    with Live(console=console, get_renderable=lambda: _table(calls), refresh_per_second=REFRESHES_PER_SECOND) as live:

        def show(item: Mapping[str, Any]) -> None:
            calls.take(item)
            if told := news(item):
                live.console.print(Text(told))
            if text := line(item):
                live.console.print(Text(f"{item['call_id'][:SHORT_ID]}  {text}", style=_STYLES.get(str(item["note"]), "")))

        with terminal.through(sys.stderr) if terminal.watched else nullcontext():  # here it is the live screen's
            yield show


def _table(calls: Calls) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, show_header=False)
    for row in calls.rows():
        table.add_row(*row, style="reverse")
    return table


_STYLES = {
    "CallerTurnNoted": "cyan",
    "AgentTurnNoted": "green",
    "ToolNoted": "magenta",
    "BargeInNoted": "yellow",
    "TransferNoted": "blue",
    "Warned": "red",
    "PhaseNoted": "dim",
}
