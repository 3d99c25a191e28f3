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
from voiceagent.call.handover import DECISIONS
from voiceagent.call.parts import Parts
from voiceagent.call.playback import Playback
from voiceagent.call.settings import SessionSettings, TargetPolicy
from voiceagent.discreet import Words
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
        self._parts = Parts(settings, self.playback)
        self._call = Conduct(self._parts)
        self._now = 0.0

    def start(self, now: float) -> list[c.Command]:
        """The first commands of the call."""
        if self._parts.life.start(now) != "configure":
            raise LocalProtocolError("the session was started before")
        self._now = now
        return [c.ConfigureEngine(self._call.agents.setup)]

    def handle(self, event: e.Event, now: float) -> list[c.Command]:
        """What is to be done about an event, in order."""
        if self._parts.life.state == "new":
            raise LocalProtocolError("start the session before it handles events")
        if self._parts.life.state == "closed":
            return []
        self._now = self._parts.history.now = now = max(now, self._now)
        self._tell(self.understood(event), now)
        self._call.settle(now)
        return self._parts.take()

    def understood(self, event: e.Event) -> e.Event:
        """An event together with what its words or its key mean now, where that decides what happens.

        Whoever writes calls down keeps this one: words and keys may be hidden afterwards, and the meaning must not be lost.
        """
        match event:
            case e.CallerTranscribed(text=text, means="") | e.CallerWrote(text=text, means=""):
                means = self._call.handover.meaning(text.shown) or self._call.holding.meaning(text.shown)
                return replace(event, means=means) if means else event
            case e.KeyPressed(key=key, choice="") if self._call.handover.asks:
                return replace(event, choice=key if key in DECISIONS else "none")
            case e.KeyPressed(key=key, choice="") if self._settings.keys.menu:
                first = key in self._settings.keys.menu and not self._parts.keys.typing
                return replace(event, choice=key if first else "none")
        return event

    def deadline(self) -> float | None:
        """When to deliver `TimePassed`, or None."""
        return self._call.deadline()

    @property
    def callers_turn(self) -> bool:
        """The agent has said all it has to say, and waits for the caller."""
        return self._call.callers_turn or self._call.awaits_answer

    # --- to whom an event is told

    def _tell(self, event: e.Event, now: float) -> None:
        if self._parts.life.over:
            self._in_departure(event, now)
            return
        for side in (self._from_caller, self._from_engine, self._from_reply, self._from_lane, self._from_control):
            if side(event, now):
                return
        raise LocalProtocolError(f"the session does not know the event {type(event).__name__}")

    def _in_departure(self, event: e.Event, now: float) -> None:
        """We have asked to hang up; all that counts is that it happens, and words that come late."""
        call, parts = self._call, self._parts
        match event:
            case e.CallerLeft():
                call.ending.obey(parts.life.gone("caller_left"), now)
            case e.ControlFailed(operation) if operation in _END_OPERATIONS:
                call.ending.obey(parts.life.gone("caller_left"), now)
            case e.CallerTranscribed(item_id, text):
                parts.do(*parts.turns.transcribed(item_id, text, now))
            case e.RecordingChanged(recording_id, active):
                parts.do(c.RecordingNoted(recording_id, "active" if active else "inactive"))

    def _from_caller(self, event: e.Event, now: float) -> bool:
        call, parts = self._call, self._parts
        match event:
            case e.CallAnswered():
                call.answered(now)
            case e.CallConnected():
                call.answered(now)
                if self._settings.record and parts.once("recording"):
                    parts.do(c.StartRecording())
                if self._settings.keys.recognise and parts.once("recognise_keys"):
                    parts.do(c.RecogniseKeys())
            case e.MediaOpened():
                call.answered(now)
                parts.life.media_opened()
                parts.phase("media_open")
            case e.MediaClosed():
                call.ending.obey(parts.life.media_closed(now), now)
            case e.KeyPressed():
                call.key_pressed(event, now)
            case e.HiddenKeyPressed():
                call.hidden_key_pressed(event, now)
            case e.CallerWrote(text, means):
                call.floor.caller_wrote(text, means, now)
            case e.CallerLeft():
                call.ending.obey(parts.life.gone("caller_left"), now)
            case _:
                return False
        return True

    def _from_engine(self, event: e.Event, now: float) -> bool:
        call, parts = self._call, self._parts
        match event:
            case e.EngineReady():
                call.engine_ready(event, now)
            case e.SpareReady():
                call.spare_ready(event, now)
            case e.SpareFailed():
                call.renewal.spare_failed(event, now)
            case e.EngineLost():
                call.engine_lost(event, now)
            case e.EngineRefused(code, message):
                call.engine_refused(code, message, now)
            case e.CallerSpeechStarted():
                call.floor.caller_started(event, now)
            case e.CallerSpeechStopped():
                call.floor.caller_stopped(event, now)
            case e.CallerTurnCommitted(item_id):
                call.floor.caller_committed(item_id)
            case e.CallerWordsArrived(item_id, delta):
                call.floor.words_arrived(item_id, delta, now)
            case e.CallerTranscribed(item_id, text, means):
                call.floor.transcribed(item_id, text, now)
                call.handover.heard(means, now)
                call.holding.transcribed(item_id, text.shown, means, now)
            case e.CallerTranscriptionFailed(item_id, code, message):
                parts.turns.transcribed(item_id, Words(""), now)
                call.holding.not_transcribed(item_id, now)
                call.floor.not_transcribed(item_id, now)
                parts.warn("transcription_failed", f"{code}: {message}")
            case e.EngineToolRan():
                call.errands.engine_tool_ran(event, now)
            case e.ItemTruncated() | e.EngineNoted():
                pass
            case _:
                return False
        return True

    def _from_reply(self, event: e.Event, now: float) -> bool:
        call, parts = self._call, self._parts
        match event:
            case e.ReplyStarted(reply_id):
                call.reply_started(reply_id, now)
            case e.ReplyItemAdded(reply_id, item_id, kind):
                if kind in ("speech", "interim"):
                    parts.speech.announced(reply_id, item_id, remembered=kind == "speech")
                elif kind == "other":
                    call.errands.engine_called(item_id, now)
            case e.ReplyAudioBegan(reply_id, item_id):
                call.reply_audio_began(reply_id, item_id)
            case e.ReplyAudioEnded(reply_id, item_id):
                parts.speech.audio_ended(item_id)
            case e.ReplyWordsArrived(reply_id, item_id, delta):
                parts.speech.words_arrived(item_id, delta)
                self._seen(reply_id, item_id, now)
            case e.ReplyWordsEnded(reply_id, item_id, text):
                parts.speech.words_ended(item_id, text)
                self._seen(reply_id, item_id, now)
            case e.ReplyWordTimed(reply_id, item_id, offset_ms, duration_ms):
                parts.speech.word_timed(item_id, offset_ms + duration_ms)
            case e.ToolCalled(reply_id):
                call.tool_called(event, now)
            case e.ApprovalAsked(reply_id):
                call.errands.approval_asked(event, now)
            case e.ReplyEnded(reply_id):
                call.reply_ended(event)
            case _:
                return False
        parts.replies.went_on(reply_id, now)
        parts.life.went_on(now)
        return True

    def _seen(self, reply_id: str, item_id: str, now: float) -> None:
        """Whoever reads has heard an item when its words come."""
        if self._settings.in_writing:
            self._call.reply_audio_began(reply_id, item_id)
            self._call.playback_began(item_id, now)

    def _from_lane(self, event: e.Event, now: float) -> bool:
        call, parts = self._call, self._parts
        match event:
            case e.CallerAudioBegan():
                parts.turns.audio_began(now)
            case e.CallerAudioReplayed(ms):
                parts.turns.audio_began_again(ms, now)
            case e.CallerAudioLost(ms):
                parts.turns.audio_lost(ms)
            case e.PlaybackBegan(item_id):
                call.playback_began(item_id, now)
                parts.life.went_on(now)
            case e.PlaybackDrained():
                parts.life.went_on(now)
            case _:
                return False
        return True

    def _from_control(self, event: e.Event, now: float) -> bool:
        call, parts = self._call, self._parts
        match event:
            case e.ToolReturned():
                call.errands.returned(event, now)
            case e.KeysSent():
                call.errands.keys_sent(event, now)
            case e.TransferRinging(target):
                parts.transfer.ringing(target)
            case e.TransferEnded():
                call.handover.ended(event, now)
            case e.NotReached(why):
                call.ending.obey(parts.life.gone(why), now)
            case e.ParticipantsChanged():
                call.handover.participants_changed(event, now)
            case e.ControlFailed():
                call.control_failed(event, now)
            case e.EndRequested():
                call.end_requested(event, now)
            case e.RecordingChanged(recording_id, active):
                parts.do(c.RecordingNoted(recording_id, "active" if active else "inactive"))
            case e.TimePassed():
                pass
            case _:
                return False
        return True
