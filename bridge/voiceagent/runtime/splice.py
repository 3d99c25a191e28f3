"""The audio lane of one call: caller's frames to the engine, engine's frames to the caller, without the session seeing any.

Towards the engine nothing is paced. Audio that comes before the engine is ready is kept, at most five seconds of it; then the
oldest goes and is counted, because the engine should hear what was said last.

Towards the caller the lane runs at most `ahead_ms` before the caller's ear, because whatever was handed over can only be taken
back with a StopAudio and is heard until that arrives. The rest waits here, at most `bound_ms` of it; then the newest is refused
and counted, because dropping older speech would make the agent jump. A frame that the leg could not send is lost, counted there
and not taken for heard; its time passes all the same, or the stall of a moment would swallow all that waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from voiceagent.audio.chunks import payload_bytes
from voiceagent.call.events import (
    CallerAudioBegan,
    CallerAudioLost,
    CallerAudioReplayed,
    Event,
    PlaybackBegan,
    PlaybackDrained,
    ReplyAudioBegan,
)
from voiceagent.errors import RemoteProtocolError
from voiceagent.ports import CallerLeg, Clock, Engine
from voiceagent.runtime.cuts import Cuts
from voiceagent.runtime.ticker import Ticker

FRAME_MS = 20.0
EARLY_MS = 5000.0
_NOTHING_MS = 0.1  # sums of float milliseconds differ by less
_REMEMBERED_FRAMES = 256  # 5 s: more than any service holds of what it was given
_REMEMBERED_REPLIES = 16  # a late delta belongs to one of the last few replies


class PlaybackAccount(Protocol):
    """Who keeps the account of what the caller has heard: `call.playback.Playback`."""

    def arrived(self, reply_id: str, item_id: str, ms: float) -> None:
        """The engine sent so much audio of an item."""
        ...

    def handed_over(self, item_id: str, ms: float, now: float) -> None:
        """So much of it went to the caller's leg."""
        ...

    def dropped(self, item_id: str, ms: float) -> None:
        """So much of it was never handed over, and will not be."""
        ...

    def flush(self, now: float) -> float:
        """Nothing unheard will be heard any more."""
        ...

    def hold(self, now: float) -> list[tuple[str, float]]:
        """What was handed over and not heard waits again."""
        ...

    def confirmed(self, ahead_ms: float, now: float) -> None:
        """The service says how much of it is still to be played."""
        ...

    def ahead_ms(self, now: float) -> float:
        """How far what was handed over runs ahead of the caller's ear."""
        ...


class AudioLane:
    """See the module. `deliver` receives the lane's own events; `on_failure` an error in the paced part."""

    def __init__(
        self,
        *,
        rate: int,
        playback: PlaybackAccount,
        clock: Clock,
        ahead_ms: float,
        deliver: Callable[[Event], None],
        ticker: Ticker,
        on_failure: Callable[[Exception], None],
        bound_ms: float = 60_000,
    ) -> None:
        self.rate = rate
        """Samples in a second, of both directions."""
        self._bytes_per_ms = rate * 2 / 1000
        self._playback = playback
        self._clock = clock
        self._ahead_ms = ahead_ms
        self._bound_ms = bound_ms
        self._deliver = deliver
        self._ticker = ticker
        self._on_failure = on_failure
        self._leg: CallerLeg | None = None
        self._engine: Engine | None = None
        self._hear: Callable[[bytes], None] | None = None
        self._passed: deque[bytes] = deque(maxlen=_REMEMBERED_FRAMES)
        self._early: deque[bytes] = deque()
        self._early_bytes = 0
        self._early_lost_bytes = 0
        self._early_bound = EARLY_MS * self._bytes_per_ms
        self._cuts = Cuts(rate)
        self._queue: deque[tuple[str, str, bytes, float]] = deque()
        self._queued_ms = 0.0
        self._sent: deque[tuple[str, str, bytes, float]] = deque(maxlen=_REMEMBERED_FRAMES)
        self._unsent_until = 0.0  # when the caller would have heard the last frame that could not be sent
        self._paused = False
        self._reply = self._item = self._began = ""
        self._ended = True
        self._dropped_replies: deque[str] = deque(maxlen=_REMEMBERED_REPLIES)
        self._muted = False
        self._deaf = False
        self.caller_in = 0
        """Frames from the caller."""
        self.agent_out = 0
        """Frames handed to the caller's leg."""
        self.early_dropped = 0
        """Caller frames lost before the engine was ready."""
        self.refused = 0
        """Reply payloads that were no audio, or found the queue full."""
        self.withdrawn = 0
        """Reply frames dropped on purpose: barge-in, a cancelled reply, mute."""

    # --- the caller to the engine

    def caller_audio(self, payload: bytes) -> None:
        """A frame of the caller; hot path."""
        self.caller_in += 1
        if self._deaf:
            payload = silence_like(payload)
        if self._hear is not None:
            self._passed.append(payload)
            self._hear(payload)
            return
        if self.caller_in == 1:
            # The engine's audio clock starts with this frame, even though the engine will get it later and in a burst.
            self._deliver(CallerAudioBegan())
        self._early.append(payload)
        self._early_bytes += payload_bytes(payload)
        while self._early_bytes > self._early_bound:
            lost = payload_bytes(self._early.popleft())
            self._early_bytes -= lost
            self._early_lost_bytes += lost
            self.early_dropped += 1

    def attach_engine(self, engine: Engine, *, again_ms: float | None = None) -> None:
        """The engine is ready: it hears what was kept and everything after it.

        `again_ms`: it follows another one, and hears so much again of what that one heard last.
        """
        if again_ms is not None and self.caller_in:
            self._replay(engine, again_ms)
        elif self._early_lost_bytes:
            self._deliver(CallerAudioLost(self._early_lost_bytes / self._bytes_per_ms))
        self._early_lost_bytes = 0
        for payload in self._early:
            engine.hear(payload)
        self._passed.extend(self._early)
        self._early.clear()
        self._early_bytes = 0
        self._engine = engine
        self._hear = engine.hear if self.caller_in else self._hear_first

    def detach_engine(self) -> None:
        """The engine is gone; the caller's audio is kept again."""
        self._engine = self._hear = None

    def _hear_first(self, payload: bytes) -> None:
        assert self._engine is not None
        self._deliver(CallerAudioBegan())
        self._hear = self._engine.hear
        self._hear(payload)

    def _replay(self, engine: Engine, ms: float) -> None:
        frames = list(self._passed)[len(self._passed) - round(min(ms, len(self._passed) * FRAME_MS) / FRAME_MS) :]
        heard = sum(map(payload_bytes, frames)) + self._early_bytes
        self._deliver(CallerAudioReplayed(heard / self._bytes_per_ms))
        for payload in frames:
            engine.hear(payload)

    def stop_listening(self) -> None:
        """The engine hears silence in place of the call (StopListening): its clock goes on, and it does not reply."""
        self._deaf = True

    def listen_again(self) -> None:
        """The engine hears the call (ListenAgain)."""
        self._deaf = False

    # --- the engine to the caller

    def attach_leg(self, leg: CallerLeg) -> None:
        """The media path is open: what waits may go."""
        self._leg = leg
        self._pace()

    def detach_leg(self) -> None:
        """The media path is gone; reply audio waits again."""
        self._leg = None

    def reply_audio(self, reply_id: str, item_id: str, payload: bytes) -> None:
        """Audio of a reply, of any length; hot path."""
        if self._muted or reply_id in self._dropped_replies:
            self.withdrawn += 1
            return
        if item_id != self._item:
            self._begin(reply_id, item_id)
        if not self._queue and self._leg is not None and not self._paused and self._cuts.is_one_frame(payload):
            self._playback.arrived(reply_id, item_id, FRAME_MS)
            now = self._clock.now_ms()
            if self._lead_ms(now) + FRAME_MS <= self._ahead_ms:
                self._hand_over(self._leg, reply_id, item_id, payload, FRAME_MS, now)
            else:
                self._wait_in_line(reply_id, item_id, payload, FRAME_MS)
                self._ticker.add(self)
            return
        try:
            frames = self._cuts.push(payload)
        except RemoteProtocolError:
            self.refused += 1
            return
        for frame in frames:
            self._playback.arrived(reply_id, item_id, FRAME_MS)
            self._wait_in_line(reply_id, item_id, frame, FRAME_MS)
        self._pace()

    def item_ended(self, item_id: str) -> None:
        """The engine has sent all audio of the item: its last, shorter piece may go."""
        if item_id == self._item and not self._ended:
            self._end_item()
            self._pace()
            if not self._queue:
                self._deliver(PlaybackDrained())

    def sounded(self, ahead_ms: float) -> None:
        """The leg was told how much of what it was handed is still to be played."""
        self._playback.confirmed(ahead_ms, self._clock.now_ms())

    def flush(self) -> None:
        """Silence at the caller's ear now (StopPlayback)."""
        self._cuts.rest()
        self.withdrawn += len(self._queue)
        self._queue.clear()
        self._sent.clear()
        self._queued_ms = self._unsent_until = 0.0
        self._paused = False
        self._ticker.remove(self)
        self._playback.flush(self._clock.now_ms())  # whoever decided this has done so before; twice is once
        if self._leg is not None:
            self._leg.stop_playback()

    def pause(self) -> None:
        """Silence at the caller's ear now, and everything unheard kept (PausePlayback)."""
        self._paused = True
        self._ticker.remove(self)
        self._unsent_until = 0.0
        unheard = sum(ms for _, ms in self._playback.hold(self._clock.now_ms()))
        while self._sent and unheard > _NOTHING_MS:  # a frame that was half heard is played again as a whole
            frame = self._sent.pop()
            self._queue.appendleft(frame)
            self._queued_ms += frame[3]
            unheard -= frame[3]
        if self._leg is not None:
            self._leg.stop_playback()

    def resume(self) -> None:
        """Go on where the caller stopped hearing (ResumePlayback)."""
        self._paused = False
        self._pace()

    def drop_reply(self, reply_id: str) -> None:
        """Ignore what still comes of a cancelled reply, and what waits of it (DropAudioOf)."""
        if reply_id not in self._dropped_replies:
            self._dropped_replies.append(reply_id)
        if self._reply == reply_id:
            self._cuts.rest()
        for entry in [entry for entry in self._queue if entry[0] == reply_id]:
            self._queue.remove(entry)
            self._queued_ms -= entry[3]
            self._playback.dropped(entry[1], entry[3])
            self.withdrawn += 1

    def mute(self) -> None:
        """Nothing of the agent reaches the call any more (MuteAgent)."""
        self._muted = True
        self.flush()

    def unmute(self) -> None:
        """The agent speaks again (UnmuteAgent)."""
        self._muted = False

    # --- pacing

    def tick(self) -> bool:
        """The 20 ms beat: keep the lead. False when nothing waits."""
        self._fill()
        if self._queue:
            return self._leg is not None
        self._deliver(PlaybackDrained())
        return False

    def failed(self, error: Exception) -> None:
        """The beat met a defect; it ends this call and no other."""
        self._on_failure(error)

    def _pace(self) -> None:
        if self._queue and self._leg is not None and not self._paused:
            self._fill()
            if self._queue:
                self._ticker.add(self)

    def _fill(self) -> None:
        leg = self._leg
        if leg is None or not self._queue or self._paused:
            return
        now = self._clock.now_ms()
        room = self._ahead_ms - self._lead_ms(now)
        while self._queue and self._queue[0][3] <= room:
            reply_id, item_id, payload, ms = self._queue.popleft()
            self._queued_ms -= ms
            room -= ms
            self._hand_over(leg, reply_id, item_id, payload, ms, now)

    def _lead_ms(self, now: float) -> float:
        lead = self._playback.ahead_ms(now)
        return lead if self._unsent_until - now <= lead else self._unsent_until - now

    def _hand_over(self, leg: CallerLeg, reply_id: str, item_id: str, payload: bytes, ms: float, now: float) -> None:
        if not leg.play(payload):
            self._unsent_until = now + self._lead_ms(now) + ms
            self._playback.dropped(item_id, ms)
            return
        self._sent.append((reply_id, item_id, payload, ms))
        self.agent_out += 1
        self._playback.handed_over(item_id, ms, now)
        if item_id != self._began:
            self._began = item_id
            self._deliver(PlaybackBegan(item_id))

    def _wait_in_line(self, reply_id: str, item_id: str, payload: bytes, ms: float) -> None:
        if self._queued_ms + ms > self._bound_ms:
            self.refused += 1
            self._playback.dropped(item_id, ms)
            return
        self._queue.append((reply_id, item_id, payload, ms))
        self._queued_ms += ms

    def _begin(self, reply_id: str, item_id: str) -> None:
        if not self._ended:
            self._end_item()
        self._reply, self._item, self._ended = reply_id, item_id, False
        self._deliver(ReplyAudioBegan(reply_id, item_id))

    def _end_item(self) -> None:
        self._ended = True
        rest = self._cuts.rest()
        if rest:
            ms = payload_bytes(rest) / self._bytes_per_ms
            self._playback.arrived(self._reply, self._item, ms)
            self._wait_in_line(self._reply, self._item, rest, ms)


def silence_like(payload: bytes) -> bytes:
    """Base64 of as many zero bytes as this is base64 of."""
    padding = payload[-2:].count(b"=")
    return b"A" * (len(payload) - padding) + b"=" * padding
