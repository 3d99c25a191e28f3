"""What one part of a call means for the others: the agent's conduct, decided here and nowhere else.

The parts (`life`, `turns`, `replies`, `speech`, `tools`, `transfer`, `silence`, `keys`) do not know each other. `Conduct`
has a verb for every happening that concerns more than one of them, and `settle`, which looks at all of them in a fixed
order and does whatever has become due or possible.
"""

from __future__ import annotations

import json

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
from voiceagent.call.tools import END_CALL, REQUEST_TRANSFER, ToolCalls, error_output, parse_transfer
from voiceagent.call.transfer import Attempt, Transfer, TransferAction, outcome_output
from voiceagent.call.turns import CallerTurns
from voiceagent.discreet import Words

_BENIGN = {"response_cancel_not_active"}
"""The service interrupts itself, so a cancel often comes too late; every client in the field ignores this."""

_FATAL = {"invalid_session_update_message", "session_expired", "session_output_overflow"}
"""After these the engine closes, or refuses every later frame, or speaks with someone else's settings."""

_TRANSFER_OPERATIONS = {"transfer_caller", "transfer", "add_participant"}


class Conduct:
    """The parts of one call and how they act together. Commands gather in `out`."""

    def __init__(self, settings: SessionSettings, playback: Playback) -> None:
        self._settings = settings
        self._playback = playback
        self.life = Life(settings.max_call_ms)
        self.turns = CallerTurns(settings.end_silence_ms, settings.onset_padding_ms)
        self.replies = Replies()
        self.speech = Speech(playback)
        self.tools = ToolCalls(settings.tool_timeout_ms)
        self.transfer = Transfer()
        self.silence = Silence(settings.silence_after_ms, settings.silence_prompts)
        self.keys = Keys()
        self.out: list[c.Command] = []
        self._done_once: set[str] = set()
        self._engine_is_ready = False
        self._engine_is_lost = False
        self._spoken_reply: str | None = None  # the last reply of which audio came
        self._farewell_after: str | None = None  # the reply in which the model ended the call

    # --- what has become due or possible

    def settle(self, now: float) -> None:
        """Look at all parts; the order is such that what one releases the next can use at once."""
        patient = self._playback.audible(now) or self.transfer.placed
        self.obey(self.life.settle(now, patient=patient), now)
        if self.life.over:
            return
        self.turns.settle(now)
        self._expire_reply(now)
        self.do(*self.speech.settle(now))
        self._settle_transfer(now)
        self._settle_tools(now)
        self._settle_keys(now)
        self._settle_silence(now)
        self._settle_life(now)
        if self._may_ask():
            self.do(*self.replies.ask(now, words_only=self.life.state == "ending"))

    def deadline(self) -> float | None:
        """The earliest time at which `settle` has something to do."""
        bounds = [self.life.deadline(length_counts=not self.transfer.placed)]
        if not self.life.over:
            bounds += [self.turns.deadline(), self.replies.deadline(self._playback.ends_at()), self.speech.deadline()]
            bounds += [self.tools.deadline(), self.transfer.deadline(), self.silence.deadline(), self.keys.deadline()]
        return min((due for due in bounds if due is not None), default=None)

    def _may_ask(self) -> bool:
        ready = self._engine_is_ready and not self._engine_is_lost
        here = self.life.talking or self.life.state == "ending"
        return ready and here and self.turns.silent and not self.transfer.pending and not self.transfer.reached

    @property
    def callers_turn(self) -> bool:
        """The agent has said all it has to say, and waits for the caller."""
        return self.life.state == "live" and self._engine_is_ready and not self.transfer.reached and self._calm()

    def _calm(self) -> bool:
        """Nothing is being said, and nobody is waiting for anything."""
        return (
            self.replies.quiet
            and not self.speech.busy
            and self.turns.silent
            and not self.tools.busy
            and not self.transfer.pending
            and not self.keys.typing
        )

    def _expire_reply(self, now: float) -> None:
        reply_id = self.replies.active_id
        self.do(*self.replies.expire(now, self._playback.ends_at()))
        if reply_id is not None and self.replies.active_id is None:
            self.speech.drop(reply_id)
            self.do(c.DropAudioOf(reply_id))
            self._reply_is_over(reply_id)

    def _settle_transfer(self, now: float) -> None:
        heard = not self.speech.busy and self.replies.idle and self.turns.state != "speaking"
        action, placed = self.transfer.settle(now, agent_heard=heard)
        if placed:
            self.do(c.PhaseNoted("transferring"), *placed)
        if action == "take_back":
            self._take_back("no_answer", "", now)

    def _settle_tools(self, now: float) -> None:
        self.do(*self.tools.settle(now))
        if self.tools.reply_is_owed() and self.life.state != "ending" and not self.transfer.reached:
            self.replies.want(c.AskForReply())

    def _settle_keys(self, now: float) -> None:
        sentence = self.keys.settle(now)
        if sentence is not None and self._engine_is_ready and not self.transfer.reached:
            self.do(c.AddUserText(sentence))
            self.replies.want(c.AskForReply())

    def _settle_silence(self, now: float) -> None:
        verdict = self.silence.settle(now, calm=self.callers_turn)
        if verdict is True:
            self._end("silence", now, goodbye=True)
        elif verdict is not None:
            self.replies.want(c.AskForReply(exactly=Words(verdict)))

    def _settle_life(self, now: float) -> None:
        if self.life.too_long(now) and not self.transfer.placed:
            self._end("max_length", now, goodbye=True)
        if self.life.state == "ending" and self._calm():
            self.obey(self.life.calm(now), now)

    # --- the call

    def answered(self, now: float) -> None:
        """The call is ours."""
        if self.life.answered(now) == "greet":
            self.phase("answered")
            self._greet()

    def engine_ready(self) -> None:
        """The engine is ready; greet if the call is ours."""
        if not self._engine_is_ready:
            self._engine_is_ready = True
            self.life.engine_ready()
            self.phase("engine_ready")
            self._greet()

    def _greet(self) -> None:
        """As soon as both are there, before audio flows: the greeting waits in the lane, not the caller for the greeting."""
        if not (self.life.was_answered and self._engine_is_ready and self._settings.greeting):
            return
        if self._settings.greeting_by == "text":
            self.replies.want(c.AskForReply(exactly=Words(self._settings.greeting)))
        else:
            self.replies.want(c.AskForReply(instructions=self._settings.greeting))

    def end_requested(self, event: e.EndRequested, now: float) -> None:
        """Whoever runs us wants the call to end."""
        if event.at_once:
            self._depart(event.reason, now)
        else:
            self._end(event.reason, now, goodbye=False)

    def _end(self, reason: str, now: float, *, goodbye: bool) -> None:
        """End the call after what is being said, and after the goodbye."""
        if self.transfer.reached or self._engine_is_lost:
            self._depart(reason, now)
            return
        action = self.life.end(reason, now)
        if action == "say_last":
            self.phase("ending")
            self.replies.forget_wishes()
            if goodbye:
                self._say_goodbye()
        self.obey(action, now)

    def _say_goodbye(self) -> None:
        if self._settings.goodbye:
            self.replies.want(c.AskForReply(exactly=Words(self._settings.goodbye)))

    def _depart(self, reason: str, now: float) -> None:
        self.obey(self.life.depart(reason, now), now)

    def obey(self, action: LifeAction | None, now: float) -> None:
        """Carry out what the call's life demands."""
        if action == "depart":
            self.phase("ending")
            self._wind_up(now)
            # Hanging up ends the call for everyone; a human who has the caller keeps them.
            self.do(c.LeaveCall() if self.transfer.human_has_caller else c.HangUp(self.life.reason))
        elif action == "close":
            self._wind_up(now)
            self.phase("ended")
            self.do(c.CloseCall(self.life.outcome(transferred=self.transfer.reached), self.life.reason))

    def _wind_up(self, now: float) -> None:
        self.do(*self.speech.stop(now), *self.tools.cancel_all(now))

    # --- the engine

    def engine_lost(self, reason: str, now: float) -> None:
        """The engine is gone. While a human may answer any moment, waiting for that is better than hanging up."""
        self._engine_is_lost = True
        self.warn("engine_lost", reason)
        if not self.transfer.placed:
            self._depart("engine_lost", now)

    def engine_refused(self, code: str, message: str, now: float) -> None:
        """Most refusals leave everything as it is; three end the call; one asks for patience."""
        if code == "conversation_already_has_active_response":
            self.do(*self.replies.refused(now))
        elif code not in _BENIGN:
            self.warn("engine_refused", f"{code}: {message}")
        if code in _FATAL:
            self._depart("engine_refused", now)

    # --- turns

    def caller_started(self, event: e.CallerSpeechStarted, now: float) -> None:
        """The caller speaks; the agent falls silent."""
        onset = self.turns.started(event.item_id, event.audio_start_ms, now)
        self._caller_is_there()
        if not self._settings.barge_in or self.transfer.reached:
            return
        audible = self._playback.audible(now)
        heard = heard_of_current(self.speech, self._playback, now)
        self._cut_off(now, cancel=not self._settings.engine_interrupts)
        if audible:
            self.do(c.BargeInNoted(onset, now - onset, heard))

    def caller_committed(self) -> None:
        """The caller's turn is in the engine's memory. Ask for the answer if the engine does not give it by itself."""
        if not self._settings.engine_replies and not self.transfer.reached:
            self.turns.reply_started()
            self.replies.want(c.AskForReply())

    def key_pressed(self, key: str, now: float) -> None:
        """The caller types."""
        self.do(c.KeyNoted(Words(key)))
        self._caller_is_there()
        if not self.transfer.reached:
            self.keys.pressed(key, now)

    def caller_wrote(self, text: Words, now: float) -> None:
        """A turn in writing: it interrupts, and it is answered."""
        self._caller_is_there()
        if self.transfer.reached:
            return
        self._cut_off(now, cancel=True)
        self.do(*self.turns.wrote(text, now), c.AddUserText(text))
        self.replies.want(c.AskForReply())

    def _caller_is_there(self) -> None:
        self.silence.caller_stirred()
        if self.life.stay():
            self.replies.forget_wishes()

    def _cut_off(self, now: float, *, cancel: bool) -> None:
        truncate = not self._settings.engine_truncates
        active = self.replies.active_id
        self.do(*cut_off(self.speech, self._playback, active, now, cancel=cancel, truncate=truncate))

    # --- replies

    def reply_started(self, reply_id: str, now: float) -> None:
        """The engine begins to reply, asked or not. When a human has the caller it may not."""
        before = self.replies.active_id
        if before is not None and before != reply_id:
            self._reply_is_over(before)
        self.turns.reply_started()
        self.replies.started(reply_id, now)
        if self.transfer.reached:
            self.speech.drop(reply_id)
            self.do(c.DropAudioOf(reply_id), c.CancelReply(reply_id))

    def reply_audio_began(self, reply_id: str, item_id: str) -> None:
        """The engine speaks."""
        self._spoken_reply = reply_id
        self.speech.audio_began(reply_id, item_id)

    def playback_began(self, item_id: str, now: float) -> None:
        """The caller hears the first of an item."""
        if self.speech.begins(item_id):
            self.phase("first_audio")
            latency = self.turns.latency(self.speech.starts_at(item_id, now))
            self.do(*self.speech.playback_began(item_id, latency, now))

    def reply_ended(self, event: e.ReplyEnded) -> None:
        """The reply is complete as far as the engine goes."""
        if event.usage:
            self.do(c.UsageNoted(event.usage))
        if event.status in ("failed", "incomplete"):
            self.warn(f"reply_{event.status}", event.reason or "the engine gave no reason")
        self.replies.ended(event.reply_id)
        self._reply_is_over(event.reply_id)

    def _reply_is_over(self, reply_id: str) -> None:
        self.speech.reply_ended(reply_id)
        self.tools.reply_ended(reply_id)
        if reply_id == self._farewell_after:
            self._farewell_after = None
            if self._spoken_reply != reply_id:
                self._say_goodbye()

    # --- tools

    def tool_called(self, called: e.ToolCalled, now: float) -> None:
        """The model wants something done: by us, or by one of the user's tools."""
        if called.name == END_CALL:
            self._end_called(called, now)
        elif called.name == REQUEST_TRANSFER and self._settings.targets:
            self._transfer_called(called, now)
        else:
            self.do(*self.tools.run(called, now))
        if called.reply_id != self.replies.active_id:
            self._reply_is_over(called.reply_id)  # its end came first; none will follow

    def _end_called(self, called: e.ToolCalled, now: float) -> None:
        if not self.tools.opened(called, now, ours=True):
            return
        self.do(*self.tools.answer(called.tool_call_id, "ok", json.dumps({"ok": True}), None, now))
        self.tools.excuse(called.reply_id)
        self._farewell_after = called.reply_id
        self._end("agent_ended", now, goodbye=False)

    def _transfer_called(self, called: e.ToolCalled, now: float) -> None:
        if not self.tools.opened(called, now, ours=True):
            return
        request = parse_transfer(called.arguments, self._settings.targets)
        refusal = request if isinstance(request, str) else self.transfer.refusal()
        if isinstance(request, str) or refusal is not None:
            self.do(*self.tools.answer(called.tool_call_id, "error", error_output(refusal or ""), None, now))
            return
        policy = self._settings.targets[request.target]
        self.transfer.request(Attempt(called.tool_call_id, called.reply_id, request.target, request.reason, policy), now)

    # --- transfer

    def transfer_ended(self, event: e.TransferEnded, now: float) -> None:
        """A human answered, or did not. Of an attempt given up for another one nothing is believed."""
        attempt = self.transfer.attempt
        if attempt is None or attempt.target != event.target:
            return
        if event.outcome == "connected":
            self._human_answered(self.transfer.human_answered(), attempt, now)
        elif self.transfer.failed() == "take_back":
            self._take_back(event.outcome, event.message, now)

    def participants_changed(self, count: int, now: float) -> None:
        """The human we listen to may hang up first; nobody would talk to the caller then."""
        if self.transfer.participants_changed(count) == "hang_up":
            self._depart("human_left", now)

    def control_failed(self, event: e.ControlFailed, now: float) -> None:
        """Call control could not do what we wanted."""
        if event.operation in _TRANSFER_OPERATIONS:
            if self.transfer.failed() == "take_back":
                self._take_back("failed", event.message, now)
        elif event.operation == "answer" and not self.life.was_answered:
            self.obey(self.life.gone("answer_refused"), now)
        else:
            self.warn(f"{event.operation}_failed", f"{event.code}: {event.message}")

    def _human_answered(self, action: TransferAction | None, attempt: Attempt, now: float) -> None:
        if action is None:
            return
        self.do(*self.transfer.note("connected", now))
        self.do(*self.tools.close(attempt.tool_call_id, "ok", outcome_output("connected"), None, now))
        self.tools.excuse(attempt.reply_id)
        self.replies.forget_wishes()
        self._cut_off(now, cancel=True)
        if action == "listen" and not self._engine_is_lost and self.life.state != "ending":
            self.do(c.MuteAgent())
        else:
            self._depart("transferred", now)

    def _take_back(self, outcome: e.TransferOutcome, message: str, now: float) -> None:
        attempt = self.transfer.attempt
        assert attempt is not None
        self.do(*self.transfer.note(outcome, now))
        self.do(*self.tools.answer(attempt.tool_call_id, "error", outcome_output(outcome, message), None, now))
        if self._engine_is_lost:
            self._depart("engine_lost", now)

    # --- output

    def do(self, *commands: c.Command) -> None:
        """These commands, in this order."""
        self.out.extend(commands)

    def warn(self, code: str, sentence: str) -> None:
        """Tell the developer; the call goes on."""
        self.do(c.Warned(code, sentence))

    def once(self, what: str) -> bool:
        """True the first time."""
        first = what not in self._done_once
        self._done_once.add(what)
        return first

    def phase(self, phase: str) -> None:
        """Note that the call reached a phase, the first time."""
        if self.once(phase):
            self.do(c.PhaseNoted(phase))
