"""Which keys belong together: digits up to `#`, or to a pause, are one thing the caller said."""

from __future__ import annotations

from voiceagent.discreet import Words

PAUSE_MS = 2_000
"""A caller who types a number pauses less than this between two keys."""

MOST_KEYS = 64
"""Longer than any number a person types; a stuck key must not grow without bound."""


class Keys:
    """The keys being typed in one call."""

    def __init__(self) -> None:
        self._typed: list[str] = []
        self._due: float | None = None

    @property
    def typing(self) -> bool:
        return bool(self._typed)

    def pressed(self, key: str, now: float) -> None:
        """One more key; `#`, or the bound, ends the entry at once."""
        self._typed.append(key)
        self._due = now if key == "#" or len(self._typed) >= MOST_KEYS else now + PAUSE_MS

    def settle(self, now: float) -> Words | None:
        """What the caller typed, as a sentence, once it is complete."""
        if self._due is None or now < self._due:
            return None
        typed, self._typed, self._due = self._typed, [], None
        keys = typed[:-1] if len(typed) > 1 and typed[-1] == "#" else typed
        return Words(f"The caller pressed {' '.join(keys)} on the keypad.")

    def deadline(self) -> float | None:
        return self._due
