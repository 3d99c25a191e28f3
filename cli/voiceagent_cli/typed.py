"""Values as people type them: what a human does whom the agent transfers to, numbers that can be meant or called, and keys."""

from __future__ import annotations

import json
import math
import re

from typer import BadParameter

HUMANS = ("answer", "busy", "declined", "no_answer", "unreachable", "refuses", "leaves")
HUMAN_METAVAR = "<answer|busy|declined|no-answer|unreachable|refuses|leaves>"


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


def number_of(typed: str) -> str:
    """A telephone number as the telephone network writes it, or an identifier of ACS."""
    plain = re.sub(r"[ ()./-]", "", typed) if typed[:1] == "+" else typed.strip()
    if not re.fullmatch(r"\+\d{3,15}|[48]:\S+", plain):
        raise BadParameter(f"{typed!r} is neither a number such as +14255550142 nor an identifier such as 8:acs:...")
    return plain


def key_of(typed: str) -> str:
    """An access key travels in a header, which cannot hold everything that can be typed."""
    if not re.fullmatch(r"[!-~]*", typed):
        raise BadParameter("a key has letters, digits and signs of ASCII, and no spaces.")
    return typed


def object_of(typed: str) -> str:
    """JSON text of an object, as it was typed."""
    try:
        found = json.loads(typed)
    except ValueError as error:
        raise BadParameter(f"this is not JSON: {error}.") from None
    if not isinstance(found, dict):
        raise BadParameter(f"{typed!r} is no object such as " + '{"name": 1}.')
    return typed
