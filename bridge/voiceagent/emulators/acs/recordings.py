"""One recording of a call: which stretches of the call's time it holds. Pure; the sound is taken from the call's tape later."""

from __future__ import annotations

from dataclasses import dataclass, field

from voiceagent.emulators.acs.errors import not_found, wrong_state
from voiceagent.emulators.acs.requests import RecordingRequest


@dataclass(slots=True)
class Recording:
    """`spans` are closed stretches; `running_since` is the open one. After `stop` nothing changes any more."""

    recording_id: str
    document_id: str
    request: RecordingRequest
    began: float
    callback_uri: str
    spans: list[tuple[float, float]] = field(default_factory=list)
    running_since: float | None = None
    ended: float | None = None
    end_reason: str = ""
    format: str = "wav"
    """Of the file; as was asked for if that can be made. Known when it is written, like `channels`."""
    channels: int = 1

    @property
    def state(self) -> str:
        return "inactive" if self.running_since is None else "active"

    @property
    def length_ms(self) -> float:
        return sum(end - start for start, end in self.spans)

    @property
    def pauses(self) -> list[tuple[float, float]]:
        """Start and length of what was left out."""
        ends = [self.began, *(end for _, end in self.spans)]
        starts = [*(start for start, _ in self.spans), self.ended if self.ended is not None else ends[-1]]
        return [(end, start - end) for end, start in zip(ends, starts, strict=True) if start > end]

    def pause(self, now: float) -> None:
        self._must_not_be_over()
        if self.running_since is None:
            raise wrong_state("the recording is paused.")
        self._close(now)

    def resume(self, now: float) -> None:
        self._must_not_be_over()
        if self.running_since is not None:
            raise wrong_state("the recording is running.")
        self.running_since = now

    def stop(self, now: float, reason: str) -> None:
        self._must_not_be_over()
        if self.running_since is not None:
            self._close(now)
        self.ended, self.end_reason = now, reason

    def _close(self, now: float) -> None:
        assert self.running_since is not None
        self.spans.append((self.running_since, now))
        self.running_since = None

    def _must_not_be_over(self) -> None:
        if self.ended is not None:
            raise not_found("Recording")
