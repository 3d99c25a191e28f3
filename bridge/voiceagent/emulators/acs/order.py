"""A call as it was placed: who calls whom, and how the people at the other end behave."""

from __future__ import annotations

from dataclasses import dataclass

from voiceagent.emulators.acs.humans import Human


@dataclass(frozen=True, slots=True)
class Order:
    """A call as it was placed. Numbers are raw ids (`4:+1…`, `8:acs:…`).

    `caller` is the person at the other end, also of a call that the app placed (`outbound`) to that person.
    """

    caller: str
    callee: str
    human: Human = "answer"
    ring_ms: float | None = None
    """Replaces how long a human's phone rings."""
    display_name: str = ""
    hangs_up: bool = True
    """The caller hangs up when the script is over, or a while after talking to a human; otherwise only when told to."""
    outbound: bool = False
    human_says: str = ""
    """What a human says who was told something in private and decides; empty: they press 1 or 2."""
