"""The call session: every event of a call and the time go in, commands and the next deadline come out.

A reaction has two halves. First the event is told to whom it concerns: one part, or `conduct` when it means something for
several. Then `Conduct.settle` does whatever has become due or possible. So a time-out, the end of a sentence at the
caller's ear and an event that makes both moot are treated alike, in whatever order they come.

The outside world may say anything at any time; what makes no sense in the present state changes nothing. After `CloseCall`
there is silence: no command, no deadline.
"""

from __future__ import annotations

from dataclasses import replace

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.conduct import Conduct
from voiceagent.call.playback import Playback
from voiceagent.call.settings import SessionSettings, TargetPolicy
from voiceagent.call.tools import builtin_tools
from voiceagent.errors import LocalProtocolError

__all__ = ["Session", "SessionSettings", "TargetPolicy"]

_END_OPERATIONS = {"hang_up", "leave_call"}


class Session:
    """One call. Call `start` once, then `handle` for every event; deliver `TimePassed` when `deadline` has come.

    `playback` is the account the audio lane keeps; without a lane the session keeps an empty one of its own.
    """

    def __init__(self, settings: SessionSettings, playback: Playback | None = None) -> None:
        self._settings = settings
        self.playback = playback if playback is not None else Playback()
        self._call = Conduct(settings, self.playback)
        self._now = 0.0

    def start(self, now: float) -> list[c.Command]:
        """The first commands of the call."""
        if self._call.life.start(now) != "configure":
            raise LocalProtocolError("the session was started before")
        self._now = now
        ours = builtin_tools(self._settings.targets)
        names = {spec.name for spec in ours}
        theirs = tuple(spec for spec in self._settings.setup.tools if spec.name not in names)
        return [c.ConfigureEngine(replace(self._settings.setup, tools=(*theirs, *ours)))]

    def handle(self, event: e.Event, now: float) -> list[c.Command]:
        """What is to be done about an event, in order."""
        if self._call.life.state == "new":
            raise LocalProtocolError("start the session before it handles events")
        if self._call.life.state == "closed":
            return []
        self._now = now = max(now, self._now)
        self._call.out = []
        self._tell(event, now)
        self._call.settle(now)
        return self._call.out

    def deadline(self) -> float | None:
        """When to deliver `TimePassed`, or None."""
        return self._call.deadline()

    @property
    def callers_turn(self) -> bool:
        """The agent has said all it has to say, and waits for the caller."""
        return self._call.callers_turn

    # --- to whom an event is told

    def _tell(self, event: e.Event, now: float) -> None:
        if self._call.life.over:
            self._in_departure(event, now)
            return
        for side in (self._from_caller, self._from_engine, self._from_reply, self._from_lane, self._from_control):
            if side(event, now):
                return
        raise LocalProtocolError(f"the session does not know the event {type(event).__name__}")

    def _in_departure(self, event: e.Event, now: float) -> None:
        """We have asked to hang up; all that counts is that it happens, and words that come late."""
        call = self._call
        match event:
            case e.CallerLeft():
                call.obey(call.life.gone("caller_left"), now)
            case e.ControlFailed(operation) if operation in _END_OPERATIONS:
                call.obey(call.life.gone("caller_left"), now)
            case e.CallerTranscribed(item_id, text):
                call.do(*call.turns.transcribed(item_id, text, now))
            case e.RecordingChanged(recording_id, active):
                call.do(c.RecordingNoted(recording_id, "active" if active else "inactive"))

    def _from_caller(self, event: e.Event, now: float) -> bool:
        call = self._call
        match event:
            case e.CallAnswered():
                call.answered(now)
            case e.CallConnected():
                call.answered(now)
                if self._settings.record and call.once("recording"):
                    call.do(c.StartRecording())
            case e.MediaOpened():
                call.answered(now)
                call.life.media_opened()
                call.phase("media_open")
            case e.MediaClosed():
                call.obey(call.life.media_closed(now), now)
            case e.KeyPressed(key):
                call.key_pressed(key, now)
            case e.CallerWrote(text):
                call.caller_wrote(text, now)
            case e.CallerLeft():
                call.obey(call.life.gone("caller_left"), now)
            case _:
                return False
        return True

    def _from_engine(self, event: e.Event, now: float) -> bool:
        call = self._call
        match event:
            case e.EngineReady():
                call.engine_ready()
            case e.EngineLost(reason):
                call.engine_lost(reason, now)
            case e.EngineRefused(code, message):
                call.engine_refused(code, message, now)
            case e.CallerSpeechStarted():
                call.caller_started(event, now)
            case e.CallerSpeechStopped(item_id, audio_end_ms):
                call.turns.stopped(item_id, audio_end_ms, now)
            case e.CallerTurnCommitted():
                call.caller_committed()
            case e.CallerTranscribed(item_id, text):
                call.do(*call.turns.transcribed(item_id, text, now))
            case e.CallerTranscriptionFailed(_, code, message):
                call.warn("transcription_failed", f"{code}: {message}")
            case e.ItemTruncated() | e.EngineNoted():
                pass
            case _:
                return False
        return True

    def _from_reply(self, event: e.Event, now: float) -> bool:
        call = self._call
        match event:
            case e.ReplyStarted(reply_id):
                call.reply_started(reply_id, now)
            case e.ReplyItemAdded(reply_id, item_id, kind):
                if kind == "speech":
                    call.speech.announced(reply_id, item_id)
            case e.ReplyAudioBegan(reply_id, item_id):
                call.reply_audio_began(reply_id, item_id)
            case e.ReplyAudioEnded(reply_id, item_id):
                call.speech.audio_ended(item_id)
            case e.ReplyWordsArrived(reply_id, item_id, delta):
                call.speech.words_arrived(item_id, delta)
                self._seen(reply_id, item_id, now)
            case e.ReplyWordsEnded(reply_id, item_id, text):
                call.speech.words_ended(item_id, text)
                self._seen(reply_id, item_id, now)
            case e.ToolCalled(reply_id):
                call.tool_called(event, now)
            case e.ReplyEnded(reply_id):
                call.reply_ended(event)
            case _:
                return False
        call.replies.went_on(reply_id, now)
        call.life.went_on(now)
        return True

    def _seen(self, reply_id: str, item_id: str, now: float) -> None:
        """Whoever reads has heard an item when its words come."""
        if self._settings.in_writing:
            self._call.reply_audio_began(reply_id, item_id)
            self._call.playback_began(item_id, now)

    def _from_lane(self, event: e.Event, now: float) -> bool:
        call = self._call
        match event:
            case e.CallerAudioBegan():
                call.turns.audio_began(now)
            case e.CallerAudioLost(ms):
                call.turns.audio_lost(ms)
            case e.PlaybackBegan(item_id):
                call.playback_began(item_id, now)
                call.life.went_on(now)
            case e.PlaybackDrained():
                call.life.went_on(now)
            case _:
                return False
        return True

    def _from_control(self, event: e.Event, now: float) -> bool:
        call = self._call
        match event:
            case e.ToolReturned(tool_call_id, outcome, output, duration_ms):
                call.do(*call.tools.answer(tool_call_id, outcome, output, duration_ms, now))
            case e.TransferRinging(target):
                call.transfer.ringing(target)
            case e.TransferEnded():
                call.transfer_ended(event, now)
            case e.ParticipantsChanged(count):
                call.participants_changed(count, now)
            case e.ControlFailed():
                call.control_failed(event, now)
            case e.EndRequested():
                call.end_requested(event, now)
            case e.RecordingChanged(recording_id, active):
                call.do(c.RecordingNoted(recording_id, "active" if active else "inactive"))
            case e.TimePassed():
                pass
            case _:
                return False
        return True
