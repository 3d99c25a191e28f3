"""What happens in a recited call, and the noise that stands for its voices."""

from __future__ import annotations

import base64
import random
from array import array
from dataclasses import dataclass

RATE = 24_000
FRAME_MS = 20
LOUDNESS = 2_000
"""Root mean square of a sample: a telephone's -26 dBFS, near enough."""


@dataclass(frozen=True, slots=True)
class Programme:
    """What happens, in milliseconds. One round is a turn of the caller, a thought, and a turn of the agent.

    In every `interrupt_every`th round the caller speaks when the agent has said a third; in every `tool_every`th the agent
    looks something up first; in every `key_every`th the caller presses keys. 0: never.
    """

    seconds: float = 30.0
    caller_ms: int = 3_000
    agent_ms: int = 3_600
    thought_ms: int = 600
    interrupt_every: int = 4
    tool_every: int = 3
    key_every: int = 0

    @property
    def round_ms(self) -> int:
        """How long a round lasts."""
        return self.caller_ms + self.thought_ms + self.agent_ms + 600


def noise_frames(count: int, *, seed: int) -> list[bytes]:
    """Frames of noise as loud as speech, base64; always the same ones for a seed."""
    chance = random.Random(seed)  # noqa: S311 - sound, not a secret
    samples = RATE // 50
    return [
        base64.b64encode(array("h", (int(chance.gauss(0, LOUDNESS)) for _ in range(samples))).tobytes()) for _ in range(count)
    ]
