"""An audio lane that carries durations in place of audio: paced like the real one, in a test's own time."""

from __future__ import annotations

import math
from collections import deque

from voiceagent.call.commands import (
    Command,
    DropAudioOf,
    MuteAgent,
    PausePlayback,
    ResumePlayback,
    StopPlayback,
    UnmuteAgent,
)
from voiceagent.call.events import Event, PlaybackBegan, PlaybackDrained, ReplyAudioBegan
from voiceagent.call.playback import Playback

TICK_MS = 20.0


class SilentLane:
    """Hands over 20 ms a time on a 20 ms tick, as long as the service is less than `ahead_ms` ahead of the caller's ear."""

    def __init__(self, playback: Playback, *, ahead_ms: float = 200.0) -> None:
        self._playback = playback
        self._ahead_ms = ahead_ms
        self._queue: deque[tuple[str, float]] = deque()
        self._dropped: set[str] = set()
        self._began: set[str] = set()
        self._playing: str | None = None
        self._muted = False
        self._paused = False

    def arrive(self, reply_id: str, item_id: str, ms: float) -> list[Event]:
        """Audio of a reply came from the engine."""
        if self._muted or reply_id in self._dropped:
            return []
        self._playback.arrived(reply_id, item_id, ms)
        self._queue.append((item_id, ms))
        if item_id in self._began:
            return []
        self._began.add(item_id)
        return [ReplyAudioBegan(reply_id, item_id)]

    def next_tick(self, now: float) -> float | None:
        """When `tick` has something to do next."""
        return (math.floor(now / TICK_MS) + 1) * TICK_MS if self._queue and not self._paused else None

    def tick(self, now: float) -> list[Event]:
        """Hand over what is due."""
        out: list[Event] = []
        while self._queue and not self._paused and self._playback.ahead_ms(now) < self._ahead_ms:
            out += self._hand_over(now)
        return out

    def obey(self, command: Command, now: float = 0.0) -> None:
        """Carry out a command that is for the lane; others are ignored."""
        match command:
            case StopPlayback():
                self._queue.clear()
                self._playing = None
                self._paused = False
            case PausePlayback():
                self._paused = True
                self._queue.extendleft(reversed(self._playback.hold(now)))
            case ResumePlayback():
                self._paused = False
            case DropAudioOf(reply_id):
                self._dropped.add(reply_id)
            case MuteAgent():
                self._muted = True
            case UnmuteAgent():
                self._muted = False

    def _hand_over(self, now: float) -> list[Event]:
        item_id, ms = self._queue.popleft()
        piece = min(ms, TICK_MS)
        if ms > piece:
            self._queue.appendleft((item_id, ms - piece))
        self._playback.handed_over(item_id, piece, now)
        out: list[Event] = []
        if item_id != self._playing:
            self._playing = item_id
            out.append(PlaybackBegan(item_id))
        if not self._queue:
            out.append(PlaybackDrained())
        return out
