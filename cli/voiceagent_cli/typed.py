"""Values as people type them: what a human does whom the agent transfers to, and numbers that can be meant."""

from __future__ import annotations

import math

from typer import BadParameter

HUMANS = ("answer", "busy", "declined", "no_answer")
HUMAN_METAVAR = "<answer|busy|declined|no-answer>"


def human_of(typed: str) -> str:
    """The human's behaviour; `no-answer` as a shell likes it, or `no_answer` as reports spell it."""
    plain = typed.strip().lower().replace("-", "_")
    if plain not in HUMANS:
        raise BadParameter(f"{typed!r} is none of {', '.join(HUMANS).replace('_', '-')}.")
    return plain


def finite(number: float | None) -> float | None:
    """A number; Python also reads `nan` and `inf`, which nobody can mean."""
    if number is not None and not math.isfinite(number):
        raise BadParameter(f"{number} is not a number to work with.")
    return number
