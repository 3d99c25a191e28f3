"""The caller's keys on their way to the session: each once, although two ways report it, and none while they are hidden.

The media stream and the telephony service's own recognition tell of the same key within a second or so, in either order, and
either may miss one; so a key is taken for one that the other way has told, if it told the same one a moment ago. Hidden keys
stay here until a tool takes them; the session learns that there was one, and frames that tell them are blanked.
"""

from __future__ import annotations

import json
from collections import deque
from typing import Any

from voiceagent.call.events import HiddenKeyPressed, KeyPressed

SAME_KEY_MS = 3_000.0
"""How much later the second way may tell of a key. A person presses a key twice sooner, but each way then tells it twice."""

_MOST_HIDDEN = 64
_GIVES_UP = "*"
_KEY_NAMES = frozenset({"tone", "tones", "digit", "digits"})
_AUDIO_PLACES = frozenset({("audiodata", "data"), ("media", "payload"), ("", "audio")})
_APPENDS = b"input_audio_buffer.append"


class Keypad:
    """The keys of one call."""

    def __init__(self) -> None:
        self._told: dict[str, deque[tuple[str, float]]] = {}
        self._hidden: list[str] | None = None
        self._end_key = ""
        self._blank_until = 0.0

    def arrived(self, event: KeyPressed, now: float) -> KeyPressed | HiddenKeyPressed | None:
        """What the session shall be told of a key; None when it was told of it before."""
        if self._is_known(event, now):
            return None
        self._told.setdefault(event.by, deque(maxlen=_MOST_HIDDEN)).append((event.key, now))
        return event if self._hidden is None else self._hide(event.key)

    def hide(self, end_key: str) -> None:
        """From here on keys are kept here, and nothing is told of them but that they were pressed."""
        self._hidden, self._end_key = [], end_key

    def show(self, now: float) -> None:
        """Keys are told again. Reports that are still on their way stay blank."""
        self._hidden, self._blank_until = None, now + SAME_KEY_MS

    def take(self) -> str:
        """The hidden digits, for the one tool that may have them; they are forgotten here."""
        taken, self._hidden = self._hidden or [], None if self._hidden is None else []
        return "".join(taken)

    def blanks(self, now: float) -> bool:
        """Whether frames must not be shown as they are."""
        return self._hidden is not None or now < self._blank_until

    def _hide(self, key: str) -> HiddenKeyPressed:
        assert self._hidden is not None
        if key == self._end_key:
            return HiddenKeyPressed("end")
        if key == _GIVES_UP:
            return HiddenKeyPressed("give_up")
        if len(self._hidden) < _MOST_HIDDEN:
            self._hidden.append(key)
        return HiddenKeyPressed("digit")

    def _is_known(self, event: KeyPressed, now: float) -> bool:
        for by, told in self._told.items():
            if by == event.by:
                continue
            while told and now - told[0][1] > SAME_KEY_MS:
                told.popleft()
            found = next((place for place, (key, _) in enumerate(told) if key == event.key), None)
            if found is not None:
                for _ in range(found + 1):  # those before it the other way has missed
                    told.popleft()
                return True
        return False


def tells_of_keys(edge: str, direction: str, frame: bytes) -> bool:
    """Whether a frame comes from the caller's side, or carries the caller's sound to the engine."""
    if direction == "in":
        return edge in ("media", "webhook")
    return edge == "engine" and _APPENDS in frame[:80]


def blanked(frame: bytes) -> bytes:
    """A frame from the caller's side without its keys, and without its sound, in which they may be heard."""
    try:
        value = json.loads(frame)
    except (ValueError, RecursionError):
        return b'{"blanked":true}'
    return json.dumps(_blank(value, inside=""), separators=(",", ":")).encode()


def _blank(value: Any, *, inside: str) -> Any:
    if isinstance(value, dict):
        return {name: _member(name.lower(), item, inside) for name, item in value.items()}
    return [_blank(item, inside=inside) for item in value] if isinstance(value, list) else value


def _member(name: str, item: Any, inside: str) -> Any:
    if isinstance(item, list) and name in _KEY_NAMES:
        return [_zero(one) for one in item]
    if not isinstance(item, str):
        return _blank(item, inside=name)
    if name in _KEY_NAMES or (name == "data" and inside == "dtmfdata"):
        return _zero(item)
    return "A" * len(item) if (inside, name) in _AUDIO_PLACES else item


def _zero(key: Any) -> Any:
    return "zero" if isinstance(key, str) and len(key) > 1 else "0"
