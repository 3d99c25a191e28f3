"""Which keys belong together: digits up to `#`, to a number of them, or to a pause, are one thing the caller said."""

from __future__ import annotations

from dataclasses import dataclass

from voiceagent.call.policies import KeyPolicy
from voiceagent.discreet import Words

MOST_KEYS = 64
"""Longer than any number a person types; a stuck key must not grow without bound."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed. `choice`: the key of the menu that it is, or ""."""

    keys: Words
    choice: str = ""


class Keys:
    """The keys being typed in one call."""

    def __init__(self, policy: KeyPolicy | None = None) -> None:
        self._policy = policy or KeyPolicy()
        self._most = min(self._policy.most, MOST_KEYS)
        self._typed: list[str] = []
        self._choice = ""
        self._due: float | None = None

    @property
    def typing(self) -> bool:
        return bool(self._typed)

    def pressed(self, key: str, now: float, *, choice: str = "") -> None:
        """One more key; the end key, or the bound, ends the entry at once, and a `choice` of the menu standing alone soon."""
        policy = self._policy
        if not self._typed:
            self._choice = choice
        elif key != policy.end_key:
            self._choice = ""
        self._typed.append(key)
        if key == policy.end_key or len(self._typed) >= self._most:
            self._due = now
        else:
            self._due = now + (policy.menu_pause_ms if self._choice else policy.pause_ms)

    def settle(self, now: float) -> Entry | None:
        """What the caller typed, without the end key (unless it is all there is), once it is complete."""
        if self._due is None or now < self._due:
            return None
        typed, self._typed, self._due = self._typed, [], None
        keys = typed[:-1] if len(typed) > 1 and typed[-1] == self._policy.end_key else typed
        choice, self._choice = self._choice, ""
        return Entry(Words("".join(keys)), choice)

    def deadline(self) -> float | None:
        return self._due
