"""An exact replay: a capture's events drive today's session in virtual time, and every command is compared with those of then.

The session is told what it was told, at the times it was told it, and the playback account what the lane told it, in the same
order. Time itself is no recorded event: today's session names its own deadlines. When it names the ones of then, the recorded
moments count, which are a little late as timers are. When it names others, it is woken at those.
"""

from __future__ import annotations

from pathlib import Path

from voiceagent.call.commands import Command, Note
from voiceagent.call.playback import Playback
from voiceagent.call.session import Session
from voiceagent.call.settings import SessionSettings
from voiceagent.capture.records import LaneStep, NoteRecord, Passed, Reaction, Record, SessionRecord, Wire
from voiceagent.capture.seal import CaptureKey
from voiceagent.capture.shapes import completed, plain, revive
from voiceagent.errors import VoiceagentError
from voiceagent.replay.difference import Comparing
from voiceagent.replay.masked import Masked, Plain
from voiceagent.replay.recorded import Recorded, one_by_one
from voiceagent.replay.told import Told
from voiceagent.replay.wire import WireCheck

GRACE_MS = 50.0
"""A timer that is due is served in the round of the event loop that is going on, or the next; rounds are far shorter."""

_TIME_PASSED: Plain = {"type": "TimePassed", "fields": {}}


class CannotReplay(VoiceagentError):
    """The capture does not hold what a replay needs, or today's session broke over it."""


class ExactReplay:
    """One capture. `run` once, then read the rest."""

    def __init__(self, path: Path, *, key: CaptureKey | None = None) -> None:
        self.recorded = Recorded(path, key=key)
        self.comparing = Comparing()
        self.wire: WireCheck | None = None
        self.settings: SessionRecord | None = None
        self.frames_kept = False
        self.duration_ms = 0.0
        """How long the call took, or what of it is there."""
        header = self.recorded.header
        self._masked = Masked(header.policy)
        self.told = Told(header.call_id, self._masked, capture=path.name)
        self._playback = Playback()
        self._session: Session | None = None
        self._lane_seen = False
        self._deadline: float | None = None
        self._after_deadline: float | None = None  # the first record after it: proof that the loop was running

    def run(self) -> None:
        """Replay to the end of the capture. Raises CannotReplay, and UserError for a file that is no capture."""
        for record in self.recorded:
            if isinstance(record, Passed):
                self._pass(record)
                continue
            self.duration_ms = max(self.duration_ms, record.at_ms)
            if not _is_time(record):
                self._overdue(record.at_ms)
            self._take(record)
        if self._session is None:
            raise CannotReplay("the capture holds no step of a session: the call was over before it had one")

    def _pass(self, passed: Passed) -> None:
        """Audio says nothing but that time went by; what the lane did is for the account."""
        if self._deadline is None or passed.at_ms <= self._deadline:
            for step in passed.steps:
                self._lane(*step)
            return
        for at_ms, step_there in one_by_one(passed):
            self._overdue(at_ms)
            if step_there is not None:
                self._lane(*step_there)

    def _take(self, record: Record) -> None:
        match record:
            case LaneStep():
                self._lane(record.at_ms, record.do.encode(), record.reply_id, record.item_id, record.ms)
            case Reaction():
                self._reaction(record)
            case Wire():
                if self.wire is not None:
                    self.frames_kept = True
                    self.wire.frame(record)
            case NoteRecord():
                self.told.recorded(record)
            case SessionRecord():
                self._begin(record)

    def _begin(self, record: SessionRecord) -> None:
        try:
            settings: SessionSettings = revive({"type": "SessionSettings", "fields": record.settings})
        except ValueError as error:
            raise CannotReplay(f"the capture's settings are not ones of today: {error}") from error
        self.settings = record
        self._session = Session(settings, self._playback)
        self.wire = WireCheck(settings.setup, self._masked)

    # --- the account

    def _lane(self, at_ms: float, do: bytes, reply_id: str, item_id: str, ms: float) -> None:
        """A flush is not repeated: whoever decided it is the session, which flushes the account itself."""
        self._lane_seen = True
        if do == b"handed_over":
            self._playback.handed_over(item_id, ms, at_ms)
        elif do == b"arrived":
            self._playback.arrived(reply_id, item_id, ms)
        elif do == b"dropped":
            self._playback.dropped(item_id, ms)
        elif do == b"confirmed":
            self._playback.confirmed(ms, at_ms)
        elif do == b"hold":
            self._playback.hold(at_ms)

    # --- the session

    def _reaction(self, record: Reaction) -> None:
        if self._session is None:
            raise CannotReplay("the capture lacks the settings by which its session decided")
        event, expected = record.event, [*record.commands]
        if event is not None and event["type"] == "PlaybackBegan" and not self._lane_seen:
            raise CannotReplay("the capture lacks the playback account; it can still be played with --live")
        actual = self._react(self._session, record.at_ms, event)
        if actual != expected:  # hidden things are compared hidden; most are alike before
            actual = [self._masked.again(command) for command in actual]
        if actual != expected:
            expected = [completed(command) for command in expected]
        self.comparing.take(record.at_ms, event, expected, actual)
        if self.wire is not None:
            self.wire.reaction(record.at_ms, event, record.commands)

    def _react(self, session: Session, at_ms: float, event: Plain | None) -> list[Plain]:
        try:
            commands = session.start(at_ms) if event is None else session.handle(revive(event), at_ms)
        except ValueError as error:
            raise CannotReplay(f"at {at_ms:.3f} ms: {error}") from error
        except Exception as error:  # the session under test may do anything; that is what a replay is to find out
            name = event["type"] if event else "the start"
            raise CannotReplay(
                f"today's session broke at {at_ms:.3f} ms over {name}: {type(error).__name__}: {error}"
            ) from error
        if event is not None:  # the runner looks at the deadline after an event
            self._deadline, self._after_deadline = session.deadline(), None
        return self._wanted(at_ms, commands)

    def _wanted(self, at_ms: float, commands: list[Command]) -> list[Plain]:
        wanted: list[Plain] = []
        for command in commands:
            if isinstance(command, Note):
                self.told.made(at_ms, command)
            else:
                wanted.append(plain(command))
        return wanted

    def _overdue(self, at_ms: float) -> None:
        """Something else happened: after today's deadline? If the loop of then ran on without it, it was not one of then."""
        if self._deadline is None or at_ms <= self._deadline or self._session is None:
            return
        if self._after_deadline is None:
            self._after_deadline = at_ms
        if at_ms <= self._after_deadline + GRACE_MS:
            return
        due = self._deadline
        actual = self._react(self._session, due, _TIME_PASSED)
        following: float | None = self._deadline
        if following is not None and following <= due:
            self._deadline = None  # it would spin; the next event names another
        self.comparing.take(due, _TIME_PASSED, [], actual)


def _is_time(record: Record) -> bool:
    return isinstance(record, Reaction) and record.event is not None and record.event["type"] == _TIME_PASSED["type"]
