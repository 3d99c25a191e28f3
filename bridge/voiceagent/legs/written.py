"""A caller who writes and reads: a leg without any sound. Turns arrive as `CallerWrote`, not over the leg."""

from __future__ import annotations


class WrittenLeg:
    """A `CallerLeg` that carries nothing."""

    def __init__(self, sample_rate: int) -> None:
        self.sample_rate = sample_rate
        self.dropped = 0

    def begin(self) -> None:
        """There is nothing to open."""

    def play(self, payload: bytes) -> bool:  # noqa: ARG002 - nothing is done with it
        """An engine that was asked for text sends none, so nothing is lost either."""
        return True

    def stop_playback(self) -> None:
        """Nothing plays."""

    async def close(self, reason: str) -> None:
        """Nothing is open."""
