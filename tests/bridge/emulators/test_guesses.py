"""Every guess is named where it is made, and whatever is marked as a guess is told."""

from __future__ import annotations

import re
from pathlib import Path

from voiceagent.emulators.guesses import GUESSES

SOURCES = Path(__file__).parents[3] / "bridge" / "voiceagent" / "emulators"
MARK = re.compile(r"\bunverified: ([a-z0-9-]+)", re.IGNORECASE)


def marks() -> dict[str, list[str]]:
    """Where each id is named."""
    found: dict[str, list[str]] = {}
    for path in sorted(SOURCES.rglob("*.py")):
        if path.name in ("guess.py", "guesses.py"):
            continue
        for id_ in MARK.findall(path.read_text(encoding="utf-8")):
            found.setdefault(id_, []).append(str(path.relative_to(SOURCES)))
    return found


def test_every_mark_names_a_guess_and_every_guess_is_marked() -> None:
    assert set(marks()) == {guess.id for guess in GUESSES}


def test_ids_are_unique_among_all_emulators() -> None:
    ids = [guess.id for guess in GUESSES]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id_) for id_ in ids)


def test_they_are_told_by_service() -> None:
    assert {guess.about for guess in GUESSES} >= {"acs", "event-grid", "numbers", "arm", "faults"}
