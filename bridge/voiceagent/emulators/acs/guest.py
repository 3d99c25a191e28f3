"""The human who came into a call: hears what they are told while the caller waits, decides, or hangs up again. Pure.

Being told something is recognised by ear: speech while the caller is on hold, then silence. Then the human decides, by a key or
in the words they were given, whether or not they were asked: in a warm transfer nobody listens for it any more.
"""

from __future__ import annotations

from typing import Literal

from voiceagent.emulators.acs.ear import Ear
from voiceagent.emulators.acs.humans import Human
from voiceagent.emulators.acs.options import NetworkOptions

Deed = Literal["decide", "hang_up"]


class Guest:
    """`tick` every 20 ms. What `hears` gets is meant for the human alone."""

    def __init__(self, behaviour: Human, *, rate: int, options: NetworkOptions, now: float) -> None:
        self.ear = Ear(rate, keep_ms=0)
        self.takes_the_call = behaviour != "refuses"
        self._leaves_at = now + options.human_leaves_ms if behaviour == "leaves" else None
        self._patience_ms = options.patience_ms
        self._decided = False

    def hears(self, payload: bytes, now: float) -> None:
        """The agent speaks while the caller is on hold."""
        self.ear.hears(payload, now)

    def tick(self, now: float, *, in_private: bool) -> Deed | None:
        """What the human does now, once."""
        if self._leaves_at is not None and now >= self._leaves_at:
            self._leaves_at = None
            return "hang_up"
        told = self.ear.speech_until(now)
        if self._decided or not in_private or told is None or self.ear.speech_is_queued(now):
            return None
        if now - told < self._patience_ms:
            return None
        self._decided = True
        return "decide"
