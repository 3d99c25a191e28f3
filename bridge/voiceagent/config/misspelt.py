"""Names in the environment that were meant for a setting and are none: they would be passed over without a word."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from voiceagent.config.names import keys

PREFIX = "VOICEAGENT_"
_OTHERS = frozenset({"VOICEAGENT_USER_FILE", "VOICEAGENT_SSHD", "VOICEAGENT_TEST", "VOICEAGENT_PYTHON", "VOICEAGENT_VENV"})
"""Read elsewhere, or by scripts beside us."""
_LIKENESS = 0.8  # two letters changed places, one is missing; a name of somebody's own is further away
_CLOUD = "AZURE_"
_CLOUD_LIKENESS = 0.94  # one letter in a long name; AZURE_SEARCH_KEY is somebody's own, and near AZURE_SPEECH_KEY


def misspelt(names: Iterable[str]) -> list[str]:
    """A sentence for each name that looks like the name of a setting. What resembles none may be anybody's."""
    known = {name for key in keys().values() for name in key.env}
    told = []
    for name in sorted(names):
        if name in known or name in _OTHERS or name[-1:].isdigit():  # somebody's second endpoint is no mistake
            continue
        for prefix, likeness in ((PREFIX, _LIKENESS), (_CLOUD, _CLOUD_LIKENESS)):
            if name.startswith(prefix) and (near := _near(name, known, prefix, likeness)):
                told.append(f"{name} is no setting; did you mean {near}?")
    return told


def _near(name: str, known: Iterable[str], prefix: str, likeness: float) -> str:
    """The known name of that prefix whose rest is most alike, or ""."""
    rests = [one.removeprefix(prefix) for one in known if one.startswith(prefix)]
    found = get_close_matches(name.removeprefix(prefix), rests, n=1, cutoff=likeness)
    return f"{prefix}{found[0]}" if found else ""
