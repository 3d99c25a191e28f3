"""Names in the environment that were meant for a setting and are none: they would be passed over without a word."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from voiceagent.config.names import keys

PREFIX = "VOICEAGENT_"
_OTHERS = frozenset({"VOICEAGENT_USER_FILE", "VOICEAGENT_SSHD", "VOICEAGENT_TEST", "VOICEAGENT_PYTHON", "VOICEAGENT_VENV"})
"""Read elsewhere, or by scripts beside us."""
_LIKENESS = 0.8  # two letters changed places, one is missing; a name of somebody's own is further away


def misspelt(names: Iterable[str]) -> list[str]:
    """A sentence for each name that looks like the name of a setting. What resembles none may be anybody's."""
    known = {name.removeprefix(PREFIX) for key in keys().values() for name in key.env if name.startswith(PREFIX)}
    told = []
    for name in sorted(names):
        rest = name.removeprefix(PREFIX)
        if rest == name or rest in known or name in _OTHERS:
            continue
        if near := get_close_matches(rest, known, n=1, cutoff=_LIKENESS):
            told.append(f"{name} is no setting; did you mean {PREFIX}{near[0]}?")
    return told
