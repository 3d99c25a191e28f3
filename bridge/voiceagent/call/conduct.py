"""What one part of a call means for the others: the agent's conduct, decided here and in what this module composes.

`Conduct` has a verb for every happening that concerns more than one part, and `settle`, which looks at all of them in a fixed
order and does whatever has become due or possible. What the caller's turns mean stands in `floor`, what tool calls mean in
`errands`, what transfers mean in `handover`, how a call ends in `ending`; all work on the same `parts`.
"""

from __future__ import annotations

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.agents import Agents
from voiceagent.call.answered_by import answered_by_tools
from voiceagent.call.ending import Ending
from voiceagent.call.errands import Errands
from voiceagent.call.floor import Floor
from voiceagent.call.handover import Handover
from voiceagent.call.holding import Holding
from voiceagent.call.menu import Menu
from voiceagent.call.parts import Parts
from voiceagent.call.renewal import Renewal
from voiceagent.call.tools import builtin_tools
from voiceagent.discreet import Words

_BENIGN = {"response_cancel_not_active"}
"""The service interrupts itself, so a cancel often comes too late; every client in the field ignores this."""

_FATAL = {"invalid_session_update_message"}
"""After this the engine refuses every later frame, or speaks with someone else's settings; a new session would do the same."""

_OVER = {"session_expired", "session_output_overflow"}
"""After these the engine closes the session."""


class Conduct:
    """How the parts of one call act together."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.ending = Ending(parts)
        self.handover = Handover(parts, self.ending)
        self.holding = Holding(parts)
        self.floor = Floor(parts, self.holding)
        ours = builtin_tools(parts.settings.targets, send_keys=parts.settings.keys.send)
        ours += answered_by_tools(parts.settings.outbound)
        self.agents = Agents(parts.settings, ours)
        self.renewal = Renewal(parts, self.ending, self.handover, self.agents, self.holding)
        self.errands = Errands(parts, self.ending, self.handover, self.holding, self.agents)
        self.menu = Menu(parts, self.errands.called)
        self._disclosure: c.AskForReply | None = None
        self._greeting: c.AskForReply | None = None  # what comes after the disclosure

    # --- what has become due or possible

    def settle(self, now: float) -> None:
        """Look at all parts; the order is such that what one releases the next can use at once."""
        parts = self.parts
        patient = parts.playback.audible(now) or parts.transfer.placed
        self.ending.obey(parts.life.settle(now, patient=patient, transferring=parts.transfer.placed), now)
        if parts.life.over:
            return
        parts.turns.settle(now)
        self.floor.settle(now)
        self._expire_reply(now)
        parts.do(*parts.speech.settle(now))
        self.menu.settle(now)
        self.handover.settle(now)
        self.errands.settle(now)
        self._settle_silence(now)
        self._settle_life(now)
        self.renewal.settle(now, turn_over=self.callers_turn and not self.holding.waiting)
        self.handover.settle(now)  # whoever is left without an engine may get a human
        if self._may_ask():
            parts.do(*parts.replies.ask(now, words_only=parts.life.state == "ending"))

    def deadline(self) -> float | None:
        """The earliest time at which `settle` has something to do."""
        parts = self.parts
        bounds = [parts.life.deadline(length_counts=not parts.transfer.placed)]
        if not parts.life.over:
            bounds += [parts.turns.deadline(), parts.replies.deadline(parts.playback.ends_at()), parts.speech.deadline()]
            bounds += [parts.tools.deadline(), parts.transfer.deadline(), parts.silence.deadline(), parts.keys.deadline()]
            bounds += [self.holding.deadline(), parts.barge_in.deadline(), self.renewal.deadline()]
        return min((due for due in bounds if due is not None), default=None)

    def _may_ask(self) -> bool:
        parts = self.parts
        ready = parts.engine_is_ready and parts.tenure.serves
        here = parts.life.talking or parts.life.state == "ending"
        may_speak = parts.transfer.in_private or not parts.transfer.pending
        return ready and here and parts.turns.silent and may_speak and not parts.transfer.reached

    @property
    def awaits_answer(self) -> bool:
        """A tool waits for the caller, who has heard the question."""
        parts = self.parts
        return self.holding.answerable and parts.replies.quiet and not parts.speech.busy and parts.turns.silent

    @property
    def callers_turn(self) -> bool:
        """The agent has said all it has to say, and waits for the caller."""
        parts = self.parts
        answers = parts.engine_is_ready and parts.tenure.serves
        return parts.life.state == "live" and answers and not parts.transfer.reached and parts.calm()

    def _expire_reply(self, now: float) -> None:
        parts = self.parts
        reply_id = parts.replies.active_id
        parts.do(*parts.replies.expire(now, parts.playback.ends_at()))
        if reply_id is not None and parts.replies.active_id is None:
            parts.speech.drop(reply_id)
            parts.do(c.DropAudioOf(reply_id))
            self._reply_is_over(reply_id)

    def _settle_silence(self, now: float) -> None:
        verdict = self.parts.silence.settle(now, calm=self.callers_turn)
        if verdict is True:
            self.ending.end("silence", now, goodbye=True)
        elif verdict is not None:
            self.parts.replies.want(c.AskForReply(exactly=Words(verdict)))

    def _settle_life(self, now: float) -> None:
        parts = self.parts
        if parts.life.too_long(now) and not parts.transfer.placed:
            self.ending.end("max_length", now, goodbye=True)
        elif parts.life.nearly_too_long and self.callers_turn:
            parts.life.warned()
            parts.replies.want(c.AskForReply(exactly=Words(parts.settings.warning)))
        if parts.life.state == "ending" and parts.calm():
            self.ending.obey(parts.life.calm(now), now)

    # --- the call

    def answered(self, now: float) -> None:
        """The call is ours."""
        if self.parts.life.answered(now) == "greet":
            self.parts.phase("answered")
            self._greet()

    def engine_ready(self, event: e.EngineReady, now: float) -> None:
        """The engine is ready; greet if the call is ours."""
        self.parts.tenure.ready(event.expires_in_ms, now)
        self._engine_serves()

    def spare_ready(self, event: e.SpareReady, now: float) -> None:
        """A further session is ready; it may be the first one that the call ever had."""
        self.renewal.spare_ready(event, now)
        if self.parts.tenure.serves:
            self._engine_serves()

    def _engine_serves(self) -> None:
        if not self.parts.engine_is_ready:
            self.parts.engine_is_ready = True
            self.parts.life.engine_ready()
            self.parts.phase("engine_ready")
            self._greet()

    def _greet(self) -> None:
        """As soon as both are there, before audio flows: the greeting waits in the lane, not the caller for the greeting.

        A disclosure comes first; the greeting is asked for once the engine has begun to say that.
        """
        settings = self.parts.settings
        if not (self.parts.life.was_answered and self.parts.engine_is_ready):
            return
        if settings.greeting_by == "text":
            greeting = c.AskForReply(exactly=Words(settings.greeting))
        else:
            greeting = c.AskForReply(instructions=settings.greeting)
        if settings.greeting and not settings.interruptions.during_greeting:
            self.floor.protect(greeting)
        if settings.disclosure:
            self._disclosure = c.AskForReply(exactly=Words(settings.disclosure))
            self.floor.protect(self._disclosure)
            self._greeting = greeting if settings.greeting else None
            self.parts.replies.want(self._disclosure)
        elif settings.greeting:
            self.parts.replies.want(greeting)

    def end_requested(self, event: e.EndRequested, now: float) -> None:
        """Whoever runs us wants the call to end."""
        if event.at_once:
            self.ending.depart(event.reason, now)
        else:
            self.ending.end(event.reason, now, goodbye=False)

    def control_failed(self, event: e.ControlFailed, now: float) -> None:
        """Call control could not do what we wanted."""
        if self.handover.refused(event, now):
            return
        if event.operation == "answer" and not self.parts.life.was_answered:
            self.ending.obey(self.parts.life.gone("answer_refused"), now)
        else:
            self.parts.warn(f"{event.operation}_failed", f"{event.code}: {event.message}")

    # --- the engine

    def engine_lost(self, event: e.EngineLost, now: float) -> None:
        """The engine is gone, and with it the reply under way."""
        reply_id = self.parts.replies.active_id
        self.renewal.lost(event, now)
        if reply_id is not None:
            self._reply_is_over(reply_id)

    def engine_refused(self, code: str, message: str, now: float) -> None:
        """Most refusals leave everything as it is; one ends the call, two the session; one asks for patience."""
        if code == "conversation_already_has_active_response":
            self.parts.do(*self.parts.replies.refused(now))
        elif code not in _BENIGN:
            self.parts.warn("engine_refused", f"{code}: {message}")
        if code in _OVER and self.parts.settings.reconnect_ms:
            self.engine_lost(e.EngineLost(code), now)
        elif code in _FATAL or code in _OVER:
            self.ending.depart("engine_refused", now)

    # --- keys

    def key_pressed(self, event: e.KeyPressed, now: float) -> None:
        """The caller types."""
        self.parts.do(c.KeyNoted(Words(event.key)))
        self.floor.caller_is_there()
        if not self.parts.transfer.reached and not self.handover.key_pressed(event.choice, now):
            self.parts.keys.pressed(event.key, now, choice="" if event.choice == "none" else event.choice)

    def hidden_key_pressed(self, event: e.HiddenKeyPressed, now: float) -> None:
        """The caller types what only a tool may know."""
        self.floor.caller_is_there()
        self.holding.key_pressed(event, now)

    # --- replies

    def reply_started(self, reply_id: str, now: float) -> None:
        """The engine begins to reply, asked or not. When a human has the caller it may not."""
        parts = self.parts
        before = parts.replies.active_id
        if before is not None and before != reply_id:
            self._reply_is_over(before)
        parts.turns.reply_started()
        self.holding.reply_began(reply_id, parts.replies.asked)
        self.floor.reply_began(reply_id, parts.replies.asked)
        if self._greeting is not None and parts.replies.asked is self._disclosure:
            parts.replies.want(self._greeting)
            self._greeting = None
        parts.replies.started(reply_id, now)
        if parts.transfer.reached:
            parts.speech.drop(reply_id)
            parts.do(c.DropAudioOf(reply_id), c.CancelReply(reply_id))

    def reply_audio_began(self, reply_id: str, item_id: str) -> None:
        """The engine speaks."""
        self.errands.reply_spoke(reply_id)
        self.parts.speech.audio_began(reply_id, item_id)

    def playback_began(self, item_id: str, now: float) -> None:
        """The caller hears the first of an item."""
        parts = self.parts
        self.holding.playback_began(parts.speech.reply_of(item_id), now)
        if parts.speech.begins(item_id):
            parts.phase("first_audio")
            latency = parts.turns.latency(parts.speech.starts_at(item_id, now))
            parts.do(*parts.speech.playback_began(item_id, latency, now))

    def tool_called(self, called: e.ToolCalled, now: float) -> None:
        """The reply wants something done."""
        self.errands.called(called, now)
        if called.reply_id != self.parts.replies.active_id:
            self._reply_is_over(called.reply_id)  # its end came first; none will follow

    def reply_ended(self, event: e.ReplyEnded) -> None:
        """The reply is complete as far as the engine goes."""
        if event.usage:
            self.parts.do(c.UsageNoted(event.usage))
        if event.status in ("failed", "incomplete"):
            self.parts.warn(f"reply_{event.status}", event.reason or "the engine gave no reason")
        self.parts.replies.ended(event.reply_id)
        self._reply_is_over(event.reply_id)

    def _reply_is_over(self, reply_id: str) -> None:
        self.parts.speech.reply_ended(reply_id)
        self.errands.reply_ended(reply_id)
