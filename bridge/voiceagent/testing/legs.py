"""A caller's leg in memory: remembers what the caller would have been sent, and when."""

from __future__ import annotations

from dataclasses import dataclass, field

from voiceagent.ports import Clock


@dataclass(slots=True)
class MemoryLeg:
    """`played` holds (time, payload) of every frame; `stops` the times of StopAudio; `closed` the reason, once closed.

    While `stalled`, nothing can be sent.
    """

    clock: Clock
    sample_rate: int = 24_000
    dropped: int = 0
    stalled: bool = False
    played: list[tuple[float, bytes]] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)
    closed: str | None = None

    def play(self, payload: bytes) -> bool:
        if self.stalled:
            self.dropped += 1
            return False
        self.played.append((self.clock.now_ms(), payload))
        return True

    def stop_playback(self) -> None:
        self.stops.append(self.clock.now_ms())

    async def close(self, reason: str) -> None:
        self.closed = reason

    def payloads(self) -> list[bytes]:
        """What was played, without the times."""
        return [payload for _, payload in self.played]
