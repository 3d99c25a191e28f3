"""How the phones of transfer targets behave: what a human does when called, after how long, and how the service reports it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from voiceagent.emulators.acs.effects import Result
from voiceagent.emulators.acs.options import NetworkOptions

Human = Literal["answer", "busy", "declined", "no_answer", "unreachable", "refuses", "leaves"]
"""`refuses`: answers, and does not take the caller when asked. `leaves`: answers, and soon hangs up again."""
HUMANS: tuple[str, ...] = get_args(Human)

# Subcodes 8538 to 8544 are documented in this order: declined, busy, busy everywhere, unavailable, cancelled, does not exist,
# unreachable. The HTTP-like code beside each is taken from the SIP answer of that meaning; that pairing is a guess.
# unverified: sip-codes
FAILURES: dict[str, Result] = {
    "declined": Result(603, 8538, "The callee declined the call.", (603, "Decline")),
    "busy": Result(486, 8539, "The callee is busy.", (486, "Busy Here"), (17, "User busy")),
    "unreachable": Result(404, 8543, "The callee does not exist.", (404, "Not Found"), (1, "Unallocated number")),
    "no_answer": Result(480, 8541, "The callee did not answer in time.", (480, "Temporarily Unavailable"), (19, "No answer")),
    "cancelled": Result(487, 8542, "The invitation was cancelled.", (487, "Request Terminated")),
}


@dataclass(slots=True)
class Ringing:
    """A human's phone rings until `until`, then `outcome` becomes true."""

    target: str
    outcome: Human
    """`answer`, or the kind of failure."""
    until: float


def call_human(
    target: str, behaviour: Human, *, timeout_ms: float, options: NetworkOptions, ring_ms: float | None, now: float
) -> Ringing:
    """`ring_ms` replaces the network's own delay for this call. No human picks up after the invitation has timed out."""
    outcome: Human = "answer" if behaviour in ("refuses", "leaves") else behaviour
    usual = {
        "answer": options.human_answers_ms,
        "busy": options.human_busy_ms,
        "declined": options.human_declines_ms,
        "unreachable": options.human_busy_ms,
        "no_answer": timeout_ms if options.human_gives_up_ms is None else options.human_gives_up_ms,
    }[outcome]
    rings = usual if ring_ms is None else ring_ms
    if rings > timeout_ms:
        return Ringing(target, "no_answer", now + timeout_ms)
    return Ringing(target, outcome, now + rings)
