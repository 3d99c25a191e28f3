"""What becomes of a call's callbacks on their way when faults are armed: twice, late, overtaken, together, lost, forged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from voiceagent.emulators.faults.switchboard import Switchboard
from voiceagent.protocol.acs_callbacks import Callback

Entry = tuple[str, Callback]
"""The address and what is to be told there."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One request to the app. `forgery` is what is wrong with its token, "" for nothing."""

    uri: str
    reports: tuple[Callback, ...]
    forgery: str = ""


async def postings(
    entry: Entry, board: Switchboard, call: str, following: Callable[[float], Awaitable[Entry | None]]
) -> list[Posting]:
    """The requests that carry this callback, and the next one if it goes with it or before it.

    `following(seconds)` waits for the next callback; None when there is none in time.
    """
    uri, report = entry
    copies, forgery, lost = 1, "", False
    before: list[Posting] = []
    joined: list[Callback] = []
    for shot in board.strikes("callback", report.type.rsplit(".", 1)[-1], call):
        match shot.effect:
            case "omit":
                lost = True
            case "repeat":
                copies += 1
            case "delay":
                await board.pause(shot.number("ms"))
            case "forge":
                forgery = shot.text("kind")
            case "swap":
                if (after := await following(shot.number("ms") / 1000)) is not None:
                    before.append(Posting(after[0], (after[1],)))
            case "join":
                if (after := await following(shot.number("ms") / 1000)) is not None:
                    joined.append(after[1])
    reports = tuple(joined) if lost else (report, *joined)
    return [*before, *[Posting(uri, reports, forgery)] * copies] if reports else before
