"""The one at the microphone: what keys do to the call, and how it stands with the sound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from voiceagent_cli.keys import keys
from voiceagent_cli.meters import row

if TYPE_CHECKING:
    from voiceagent.legs.sound import SoundLeg
    from voiceagent.server.talk import Talk

HINT = "Keys: m mutes, space holds the floor, 0-9 * # are the phone's, q hangs up."
PHONE_KEYS = "0123456789*#"

_ECHO = {
    "gate": "the microphone is closed while the agent speaks (--full-duplex with headphones; the extra `mic` has a canceller)",
    "cancel": "WebRTC's echo canceller keeps the agent from hearing itself",
    "off": "full duplex",
}


class Mouthpiece:
    """Acts on the leg and the call as keys are pressed."""

    def __init__(self, talk: Talk, leg: SoundLeg) -> None:
        self._talk = talk
        self._leg = leg

    @contextmanager
    def keys(self) -> Iterator[bool]:
        """Take keys while the block runs; tells whether there are any to take."""
        with keys(self.pressed) as present:
            yield present

    def pressed(self, key: str) -> None:
        """A key of the keyboard."""
        if key == "m":
            self._leg.muted = not self._leg.muted
        elif key == " ":
            self._leg.hold()
        elif key == "q":
            self._talk.hang_up()
        elif key in PHONE_KEYS:
            self._talk.press(key)

    def sentence(self) -> str:
        """What is used and how."""
        device = self._leg.device
        rates = " / ".join(str(rate) for rate in dict.fromkeys((device.rate_in, device.rate_out)))
        return f"{device.name_in} -> {device.name_out}, {rates} Hz; {_ECHO[self._leg.echo.kind]}."

    def state(self) -> str:
        """Whether the caller is heard."""
        if self._leg.holding:
            return "talking"
        return "muted" if self._leg.muted else "hold space to talk" if self._leg.push_to_talk else ""

    def row(self) -> str:
        """Levels and state in a line."""
        levels = self._leg.levels
        return row(levels.mic, levels.agent, self.state())
