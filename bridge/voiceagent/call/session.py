"""The call session: every event of a call and the time go in, commands and the next deadline come out.

It composes small machines that do not know each other (`life`, `turns`, `replies`, `speech`, `tools`, `transfer`, `silence`, `keys`);
what one means for another is decided here and nowhere else. A reaction has two halves: the event changes the machine it is about,
then `_settle` looks at all of them in a fixed order and does whatever has become due or possible. So a time-out, the end of a
sentence at the caller's ear and an event that makes both moot are treated alike, in whatever order they come.

The outside world may say anything at any time; what makes no sense in the present state changes nothing. After `CloseCall` there is
silence: no command, no deadline.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.interrupt import cut_off, heard_of_current
from voiceagent.call.keys import Keys
from voiceagent.call.life import Life, LifeAction
from voiceagent.call.playback import Playback
from voiceagent.call.replies import Replies
from voiceagent.call.settings import SessionSettings
from voiceagent.call.silence import Silence
from voiceagent.call.speech import Speech
from voiceagent.call.tools import END_CALL, REQUEST_TRANSFER, ToolCalls, builtin_tools, error_output, parse_transfer
from voiceagent.call.transfer import Attempt, Transfer, TransferAction, outcome_output
from voiceagent.call.turns import CallerTurns
from voiceagent.discreet import Words
from voiceagent.errors import LocalProtocolError

_BENIGN = {"response_cancel_not_active"}
"""The service interrupts itself, so a cancel often comes too late; every client in the field ignores this."""

_FATAL = {"invalid_session_update_message", "session_expired", "session_output_overflow"}
"""After these the engine closes, or refuses every later frame, or speaks with someone else's settings."""

_TRANSFER_OPERATIONS = {"transfer_caller", "transfer", "add_participant"}
_END_OPERATIONS = {"hang_up", "leave_call"}


class Session:
    """One call. Call `start` once, then `handle` for every event; deliver `TimePassed` when `deadline` has come.

    `playback` is the account the audio lane keeps; without a lane the session keeps an empty one of its own.
    """

    def __init__(self, settings: SessionSettings, playback: Playback | None = None) -> None:
        self._settings = settings
        self._playback = playback if playback is not None else Playback()
        self._life = Life(settings.max_call_ms)
        self._turns = CallerTurns(settings.end_silence_ms)
        self._replies = Replies()
        self._speech = Speech(self._playback)
        self._tools = ToolCalls(settings.tool_timeout_ms)
        self._transfer = Transfer()
        self._silence = Silence(settings.silence_after_ms, settings.silence_prompts)
        self._keys = Keys()
        self._out: list[c.Command] = []
        self._now = 0.0
        self._phases: set[str] = set()
        self._engine_is_ready = self._engine_is_lost = False
        self._spoken_reply: str | None = None  # the last reply of which audio came
        self._farewell_after: str | None = None  # the reply in which the model ended the call
        self._humans = 0

    def start(self, now: float) -> list[c.Command]:
        """The first commands of the call."""
        self._now = now
        if self._life.start(now) != "configure":
            raise LocalProtocolError("the session was started before")
        ours = builtin_tools(self._settings.targets)
        names = {spec.name for spec in ours}
        theirs = tuple(spec for spec in self._settings.setup.tools if spec.name not in names)
        return [c.ConfigureEngine(replace(self._settings.setup, tools=(*theirs, *ours)))]

    def handle(self, event: e.Event, now: float) -> list[c.Command]:
        """What is to be done about an event, in order."""
        if self._life.state == "new":
            raise LocalProtocolError("start the session before it handles events")
        if self._life.state == "closed":
            return []
        self._now = now = max(now, self._now)
        self._out = []
        if self._life.over:
            self._in_departure(event, now)
        elif not (
            self._from_caller(event, now)
            or self._from_engine(event, now)
            or self._from_lane(event, now)
            or self._from_control(event, now)
        ):
            raise LocalProtocolError(f"the session does not know the event {type(event).__name__}")
        self._settle(now)
        return self._out

    def deadline(self) -> float | None:
        """When to deliver `TimePassed`, or None."""
        bounds = [self._life.deadline(length_counts=not self._transfer.placed)]
        if not self._life.over:
            bounds += [
                self._turns.deadline(),
                self._replies.deadline(self._playback.ends_at()),
                self._speech.deadline(),
                self._tools.deadline(),
                self._transfer.deadline(),
                self._silence.deadline(),
                self._keys.deadline(),
            ]
        return min((due for due in bounds if due is not None), default=None)

    # --- the first half of a reaction: what an event is about

    def _from_caller(self, event: e.Event, now: float) -> bool:
        match event:
            case e.TimePassed():
                pass
            case e.CallAnswered():
                self._answered(now)
            case e.CallConnected():
                self._answered(now)
                if self._settings.record and self._first("recording"):
                    self._do(c.StartRecording())
            case e.MediaOpened():
                self._answered(now)
                self._life.media_opened()
                self._phase("media_open")
            case e.MediaClosed():
                self._obey(self._life.media_closed(now), now)
            case e.KeyPressed(key):
                self._key_pressed(key, now)
            case e.CallerLeft():
                self._obey(self._life.gone("caller_left"), now)
            case _:
                return False
        return True

    def _from_engine(self, event: e.Event, now: float) -> bool:
        match event:
            case e.EngineReady():
                self._engine_ready(now)
            case e.EngineLost(reason):
                self._engine_lost(reason, now)
            case e.EngineRefused(code, message):
                self._engine_refused(code, message, now)
            case e.CallerSpeechStarted(item_id, audio_start_ms):
                self._caller_started(item_id, audio_start_ms, now)
            case e.CallerSpeechStopped(item_id, audio_end_ms):
                self._turns.stopped(item_id, audio_end_ms, now)
            case e.CallerTurnCommitted():
                if not self._settings.engine_replies and not self._transfer.reached:
                    self._turns.reply_started()  # the floor is ours to give away
                    self._replies.want(c.AskForReply())
            case e.CallerTranscribed(item_id, text):
                self._do(*self._turns.transcribed(item_id, text, now))
            case e.CallerTranscriptionFailed(_, code, message):
                self._warn("transcription_failed", f"{code}: {message}")
            case e.ToolCalled():
                self._tool_called(event, now)
            case e.ItemTruncated() | e.EngineNoted():
                pass
            case _:
                return self._from_reply(event, now)
        return True

    def _from_reply(self, event: e.Event, now: float) -> bool:
        match event:
            case e.ReplyStarted(reply_id):
                self._reply_started(reply_id, now)
            case e.ReplyItemAdded(reply_id, item_id, kind):
                if kind == "speech":
                    self._speech.announced(reply_id, item_id)
                self._replies.went_on(reply_id, now)
            case e.ReplyAudioBegan(reply_id, item_id):
                self._spoken_reply = reply_id
                self._speech.audio_began(reply_id, item_id)
                self._replies.went_on(reply_id, now)
            case e.ReplyAudioEnded(reply_id, item_id):
                self._speech.audio_ended(item_id)
                self._replies.went_on(reply_id, now)
            case e.ReplyWordsArrived(reply_id, item_id, delta):
                self._speech.words_arrived(item_id, delta)
                self._replies.went_on(reply_id, now)
            case e.ReplyWordsEnded(_, item_id, text):
                self._speech.words_ended(item_id, text)
            case e.ReplyEnded():
                self._reply_ended(event, now)
            case _:
                return False
        self._life.went_on(now)
        return True

    def _from_lane(self, event: e.Event, now: float) -> bool:
        match event:
            case e.CallerAudioBegan():
                self._turns.audio_began(now)
            case e.PlaybackBegan(item_id):
                self._playback_began(item_id, now)
            case e.PlaybackDrained():
                self._life.went_on(now)
            case _:
                return False
        return True

    def _from_control(self, event: e.Event, now: float) -> bool:
        match event:
            case e.ToolReturned(tool_call_id, outcome, output, duration_ms):
                self._do(*self._tools.answer(tool_call_id, outcome, output, duration_ms, now))
            case e.TransferRinging():
                self._transfer.ringing()
            case e.TransferEnded(target, outcome, _, _, message):
                self._transfer_ended(target, outcome, message, now)
            case e.ParticipantsChanged(count):
                self._participants_changed(count, now)
            case e.ControlFailed():
                self._control_failed(event, now)
            case e.EndRequested(reason, at_once):
                self._end_requested(reason, at_once, now)
            case e.RecordingChanged():
                pass
            case _:
                return False
        return True

    def _in_departure(self, event: e.Event, now: float) -> None:
        """We have asked to hang up; all that counts is that it happens, and words that come late."""
        match event:
            case e.CallerLeft():
                self._obey(self._life.gone("caller_left"), now)
            case e.ControlFailed(operation) if operation in _END_OPERATIONS:
                self._obey(self._life.gone("caller_left"), now)
            case e.CallerTranscribed(item_id, text):
                self._do(*self._turns.transcribed(item_id, text, now))

    # --- the second half: what has become due or possible

    def _settle(self, now: float) -> None:
        self._obey(self._life.settle(now), now)
        if self._life.over:
            return
        self._turns.settle(now)
        self._expire_reply(now)
        self._do(*self._speech.settle(now))
        self._settle_transfer(now)
        self._settle_tools(now)
        self._settle_keys(now)
        self._settle_silence(now)
        self._settle_life(now)
        if self._may_ask():
            self._do(*self._replies.ask(now, words_only=self._life.state == "ending"))

    def _may_ask(self) -> bool:
        ready = self._engine_is_ready and not self._engine_is_lost
        here = self._life.talking or self._life.state == "ending"
        return ready and here and self._turns.silent and not self._transfer.pending and not self._transfer.reached

    def _calm(self) -> bool:
        """Nothing is being said, and nobody is waiting for anything."""
        return (
            self._replies.quiet
            and not self._speech.busy
            and self._turns.silent
            and not self._tools.busy
            and not self._transfer.pending
            and not self._keys.typing
        )

    def _expire_reply(self, now: float) -> None:
        reply_id = self._replies.active_id
        self._do(*self._replies.expire(now, self._playback.ends_at()))
        if reply_id is not None and self._replies.active_id is None:
            self._reply_is_over(reply_id)

    def _settle_transfer(self, now: float) -> None:
        heard = not self._speech.busy and self._replies.idle and self._turns.state != "speaking"
        if heard and self._transfer.state == "announced":
            self._place(self._transfer.announcement_heard(now))
        action, placed = self._transfer.settle(now)
        self._place(placed)
        if action == "take_back":
            self._take_back("no_answer", "", now)

    def _settle_tools(self, now: float) -> None:
        self._do(*self._tools.settle(now))
        if self._tools.reply_is_owed() and self._life.state != "ending" and not self._transfer.reached:
            self._replies.want(c.AskForReply())

    def _settle_keys(self, now: float) -> None:
        sentence = self._keys.settle(now)
        if sentence is not None and self._engine_is_ready and not self._transfer.reached:
            self._do(c.AddUserText(sentence))
            self._replies.want(c.AskForReply())

    def _settle_silence(self, now: float) -> None:
        calm = self._life.state == "live" and self._engine_is_ready and not self._transfer.reached and self._calm()
        verdict = self._silence.settle(now, calm=calm)
        if verdict is True:
            self._end("silence", now, goodbye=True)
        elif verdict is not None:
            self._replies.want(c.AskForReply(exactly=Words(verdict)))

    def _settle_life(self, now: float) -> None:
        if self._life.too_long(now) and not self._transfer.placed:
            self._end("max_length", now, goodbye=True)
        if self._life.state == "ending" and self._calm():
            self._obey(self._life.calm(now), now)

    # --- the call

    def _answered(self, now: float) -> None:
        if self._life.answered(now) == "greet":
            self._phase("answered")
            self._greet()

    def _engine_ready(self, now: float) -> None:
        if not self._engine_is_ready:
            self._engine_is_ready = True
            self._life.engine_ready()
            self._phase("engine_ready")
            self._greet()

    def _greet(self) -> None:
        """As soon as both are there, before audio flows: the greeting waits in the lane, not the caller for the greeting."""
        if not (self._life.was_answered and self._engine_is_ready and self._settings.greeting):
            return
        if self._settings.greeting_by == "text":
            self._replies.want(c.AskForReply(exactly=Words(self._settings.greeting)))
        else:
            self._replies.want(c.AskForReply(instructions=self._settings.greeting))

    def _end(self, reason: str, now: float, *, goodbye: bool) -> None:
        """End the call after what is being said, and after the goodbye."""
        if self._transfer.reached or self._engine_is_lost:
            self._depart(reason, now)
            return
        action = self._life.end(reason, now)
        if action == "say_last":
            self._phase("ending")
            self._replies.forget_wishes()
            if goodbye:
                self._say_goodbye()
        self._obey(action, now)

    def _say_goodbye(self) -> None:
        if self._settings.goodbye:
            self._replies.want(c.AskForReply(exactly=Words(self._settings.goodbye)))

    def _end_requested(self, reason: str, at_once: bool, now: float) -> None:
        if at_once:
            self._depart(reason, now)
        else:
            self._end(reason, now, goodbye=False)

    def _depart(self, reason: str, now: float) -> None:
        self._obey(self._life.depart(reason, now), now)

    def _obey(self, action: LifeAction | None, now: float) -> None:
        if action == "depart":
            self._phase("ending")
            self._wind_up(now)
            # Hanging up ends the call for everyone; a human who has the caller keeps them.
            self._do(c.LeaveCall() if self._transfer.reached else c.HangUp(self._life.reason))
        elif action == "close":
            self._wind_up(now)
            self._phase("ended")
            self._do(c.CloseCall(self._life.outcome(transferred=self._transfer.reached), self._life.reason))

    def _wind_up(self, now: float) -> None:
        self._do(*self._speech.stop(now), *self._tools.cancel_all(now))

    # --- the engine

    def _engine_lost(self, reason: str, now: float) -> None:
        self._engine_is_lost = True
        self._warn("engine_lost", reason)
        if not self._transfer.placed:  # a human may answer any moment: better than hanging up
            self._depart("engine_lost", now)

    def _engine_refused(self, code: str, message: str, now: float) -> None:
        if code == "conversation_already_has_active_response":
            self._do(*self._replies.refused(now))
        elif code not in _BENIGN:
            self._warn("engine_refused", f"{code}: {message}")
        if code in _FATAL:
            self._depart("engine_refused", now)

    # --- turns

    def _caller_started(self, item_id: str, audio_start_ms: float, now: float) -> None:
        onset = self._turns.started(item_id, audio_start_ms, now)
        self._caller_is_there()
        if not self._settings.barge_in or self._transfer.reached:
            return
        audible = self._playback.audible(now)
        heard = heard_of_current(self._speech, self._playback, now)
        self._cut_off(now, cancel=not self._settings.engine_interrupts)
        if audible:
            self._do(c.BargeInNoted(onset, now - onset, heard))

    def _cut_off(self, now: float, *, cancel: bool) -> None:
        truncate = not self._settings.engine_truncates
        active = self._replies.active_id
        self._do(*cut_off(self._speech, self._playback, active, now, cancel=cancel, truncate=truncate))

    def _caller_is_there(self) -> None:
        self._silence.caller_stirred()
        if self._life.stay():
            self._replies.forget_wishes()

    def _reply_started(self, reply_id: str, now: float) -> None:
        before = self._replies.active_id
        if before is not None and before != reply_id:
            self._reply_is_over(before)
        self._turns.reply_started()
        self._replies.started(reply_id, now)
        if self._transfer.reached:
            self._speech.drop(reply_id)
            self._do(c.DropAudioOf(reply_id), c.CancelReply(reply_id))

    def _reply_ended(self, event: e.ReplyEnded, now: float) -> None:
        if event.usage:
            self._do(c.UsageNoted(event.usage))
        if event.status in ("failed", "incomplete"):
            self._warn(f"reply_{event.status}", event.reason or "the engine gave no reason")
        self._replies.ended(event.reply_id, now)
        self._reply_is_over(event.reply_id)

    def _reply_is_over(self, reply_id: str) -> None:
        self._speech.reply_ended(reply_id)
        self._tools.reply_ended(reply_id)
        if reply_id == self._farewell_after:
            self._farewell_after = None
            if self._spoken_reply != reply_id:
                self._say_goodbye()

    def _playback_began(self, item_id: str, now: float) -> None:
        self._life.went_on(now)
        if self._speech.begins(item_id):
            self._phase("first_audio")
            self._do(*self._speech.playback_began(item_id, self._turns.latency(now), now))

    def _key_pressed(self, key: str, now: float) -> None:
        self._do(c.KeyNoted(Words(key)))
        self._caller_is_there()
        if not self._transfer.reached:
            self._keys.pressed(key, now)

    # --- tools

    def _tool_called(self, called: e.ToolCalled, now: float) -> None:
        self._replies.went_on(called.reply_id, now)
        if called.name == END_CALL:
            self._end_called(called, now)
        elif called.name == REQUEST_TRANSFER and self._settings.targets:
            self._transfer_called(called, now)
        else:
            self._do(*self._tools.run(called, now))
        if called.reply_id != self._replies.active_id:
            self._reply_is_over(called.reply_id)  # its end came first; none will follow

    def _end_called(self, called: e.ToolCalled, now: float) -> None:
        if not self._tools.opened(called, now, ours=True):
            return
        self._do(*self._tools.answer(called.tool_call_id, "ok", json.dumps({"ok": True}), None, now))
        self._tools.excuse(called.reply_id)
        self._farewell_after = called.reply_id
        self._end("agent_ended", now, goodbye=False)

    # --- transfer

    def _transfer_called(self, called: e.ToolCalled, now: float) -> None:
        if not self._tools.opened(called, now, ours=True):
            return
        request = parse_transfer(called.arguments, self._settings.targets)
        refusal = request if isinstance(request, str) else self._transfer.refusal()
        if isinstance(request, str) or refusal is not None:
            self._do(*self._tools.answer(called.tool_call_id, "error", error_output(refusal or ""), None, now))
            return
        policy = self._settings.targets[request.target]
        self._transfer.request(Attempt(called.tool_call_id, called.reply_id, request.target, request.reason, policy), now)

    def _place(self, placed: Sequence[c.Command]) -> None:
        if placed:
            self._do(c.PhaseNoted("transferring"), *placed)

    def _transfer_ended(self, target: str, outcome: e.TransferOutcome, message: str, now: float) -> None:
        attempt = self._transfer.attempt
        if attempt is None or attempt.target != target:
            return
        if outcome == "connected":
            self._human_answered(self._transfer.human_answered(), attempt, now)
        elif self._transfer.failed() == "take_back":
            self._take_back(outcome, message, now)

    def _human_answered(self, action: TransferAction | None, attempt: Attempt, now: float) -> None:
        if action is None:
            return
        self._do(*self._transfer.note("connected", now))
        self._do(*self._tools.close(attempt.tool_call_id, "ok", outcome_output("connected"), None, now))
        self._tools.excuse(attempt.reply_id)
        self._replies.forget_wishes()
        self._cut_off(now, cancel=True)
        if action == "listen" and not self._engine_is_lost and self._life.state != "ending":
            self._do(c.MuteAgent())
        else:
            self._depart("transferred", now)

    def _take_back(self, outcome: e.TransferOutcome, message: str, now: float) -> None:
        attempt = self._transfer.attempt
        assert attempt is not None
        self._do(*self._transfer.note(outcome, now))
        output = outcome_output(outcome, message)
        self._do(*self._tools.answer(attempt.tool_call_id, "error", output, None, now))
        if self._engine_is_lost:
            self._depart("engine_lost", now)

    def _participants_changed(self, count: int, now: float) -> None:
        """The human we listen to may hang up first; nobody would talk to the caller then."""
        left = self._humans >= 2 > count
        self._humans = count
        if left and self._transfer.state == "listening":
            self._life.depart("human_left", now)
            self._obey_hang_up(now)

    def _obey_hang_up(self, now: float) -> None:
        self._phase("ending")
        self._wind_up(now)
        self._do(c.HangUp(self._life.reason))

    def _control_failed(self, event: e.ControlFailed, now: float) -> None:
        if event.operation in _TRANSFER_OPERATIONS:
            if self._transfer.failed() == "take_back":
                self._take_back("failed", event.message, now)
        elif event.operation == "answer" and not self._life.was_answered:
            self._obey(self._life.gone("answer_refused"), now)
        else:
            self._warn(f"{event.operation}_failed", f"{event.code}: {event.message}")

    # --- output

    def _do(self, *commands: c.Command) -> None:
        self._out.extend(commands)

    def _warn(self, code: str, sentence: str) -> None:
        self._do(c.Warned(code, sentence))

    def _first(self, what: str) -> bool:
        first = what not in self._phases
        self._phases.add(what)
        return first

    def _phase(self, phase: str) -> None:
        if self._first(phase):
            self._do(c.PhaseNoted(phase))
