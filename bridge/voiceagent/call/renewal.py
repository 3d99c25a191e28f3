"""What a change of the engine's session means for the call: what the new one is told and hears, who speaks meanwhile."""

from __future__ import annotations

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.agents import Agents
from voiceagent.call.ending import Ending
from voiceagent.call.handover import Handover
from voiceagent.call.holding import Holding
from voiceagent.call.parts import Parts
from voiceagent.call.tenure import TenureAction
from voiceagent.discreet import Words

AGAIN_MS = 1_000
"""A new engine hears this much of the caller again: somebody may have begun to speak just before the change."""

HEARD_AGAIN_MS = 5_000
"""The most that the audio lane keeps for it: a turn that nobody will transcribe any more."""

FILLER_MS = 1_500
"""A silence of this length begins to sound like a dead line."""


class Renewal:
    """The engine sessions of one call and their consequences."""

    def __init__(self, parts: Parts, ending: Ending, handover: Handover, agents: Agents, holding: Holding) -> None:
        self._parts = parts
        self._handover = handover
        self._ending = ending
        self._agents = agents
        self._holding = holding
        self._lost_at: float | None = None
        self._owed: c.AskForReply | None = None
        self._filler_due: float | None = None
        self._own = 0

    def lost(self, lost: e.EngineLost, now: float) -> None:
        """The engine is gone; what it was doing is void. While a human may answer any moment, there is no hurry."""
        parts, reason = self._parts, lost.reason
        if parts.tenure.lost or parts.life.over:
            return
        parts.warn("engine_lost", reason)
        self._lost_at = now
        pending = c.AskForReply() if parts.turns.state == "pending" else None
        self._owed = parts.replies.engine_gone() or pending
        if parts.life.state == "ending":  # what has come of the last words is heard, and that is the end
            self._owed = None
            parts.replies.forget_wishes()
        self._filler_due = now + FILLER_MS
        if parts.barge_in.held:
            parts.do(c.ResumePlayback())
        parts.barge_in.over()
        parts.turns.engine_gone()
        if parts.tenure.state == "opening":
            self._act(parts.tenure.not_opened(now, lasting=lost.lasting, retry_after_ms=lost.retry_after_ms), now)
        else:
            self._act(parts.tenure.fell_away(now), now)

    def spare_ready(self, event: e.SpareReady, now: float) -> None:
        """A further session is ready."""
        self._act(self._parts.tenure.spare_ready(event.expires_in_ms, now), now)

    def spare_failed(self, event: e.SpareFailed, now: float) -> None:
        """It could not be opened."""
        self._parts.warn("engine_not_renewed", event.reason)
        self._parts.tenure.spare_failed(now, retry_after_ms=event.retry_after_ms)

    def settle(self, now: float, *, turn_over: bool) -> None:
        """Whatever has become due or possible. `turn_over`: nobody speaks, and nobody waits for anything."""
        if self._parts.life.over:  # the same moment may have ended the call: nobody needs another session then
            return
        parts = self._parts
        self._act(parts.tenure.settle(now), now)
        if parts.tenure.state == "relieved" and turn_over and parts.turns.unknown_since is None:
            self._act(parts.tenure.turn_over(now), now)
            self._act(parts.tenure.settle(now), now)  # it may have waited so long that the next one is due
        left = parts.tenure.state == "gone" and not (parts.life.over or parts.life.state == "ending")
        if left and not (parts.transfer.pending or parts.transfer.reached):
            self._farewell(now)  # the human was not reached either
        if self._filler_due is not None and now >= self._filler_due:
            self._filler_due = None
            if not parts.life.was_answered:
                self._filler_due = now + FILLER_MS
            elif parts.tenure.state == "away" and not parts.speech.busy and not parts.transfer.pending:
                self._say(parts.settings.filler)

    def deadline(self) -> float | None:
        parts = self._parts
        waits = parts.turns.known_by() if parts.tenure.state == "relieved" else None
        bounds = [parts.tenure.deadline(), self._filler_due, waits]
        return min((due for due in bounds if due is not None), default=None)

    def _act(self, action: TenureAction | None, now: float) -> None:
        match action:
            case "open_spare":
                self._parts.do(c.OpenSpareEngine(self._agents.setup, beside=not self._parts.tenure.lost))
            case "switch":
                self._switch(now)
            case "give_up":
                self._give_up(now)
            case _:
                pass

    def _switch(self, now: float) -> None:
        parts = self._parts
        being_said = [Words(item.text) for item in parts.speech.items()]
        parts.tell_again(c.SwitchEngine(), *parts.history.told(being_said))
        parts.speech.engine_changed()
        self._holding.engine_changed()
        parts.do(c.ReplayCaller(self._again_ms(now)))
        answered_later = parts.tools.busy or parts.turns.unknown_since is not None
        if self._owed is not None and (self._owed.exactly is not None or not answered_later):
            parts.replies.want(self._owed)
        parts.turns.engine_changed()
        self._lost_at, self._owed, self._filler_due = None, None, None

    def _again_ms(self, now: float) -> float:
        """How much of what the former session heard the new one must hear: nothing of a turn that it is told in words."""
        turns = self._parts.turns
        if self._lost_at is None or turns.unknown_since is None:
            until, since, most = now if self._lost_at is None else self._lost_at, turns.known_until, AGAIN_MS
        else:
            until, since, most = self._lost_at, max(turns.unknown_since - AGAIN_MS, turns.known_until), HEARD_AGAIN_MS
        return min(most, max(0.0, until - since))

    def _give_up(self, now: float) -> None:
        """No engine can be had: a human gets the caller, where there is one, or the call ends."""
        parts = self._parts
        self._filler_due = None
        if parts.transfer.placed:
            return
        if self._handover.rescue(parts.settings.lost_target, now):
            self._say(parts.settings.lost_transfer)
        else:
            self._farewell(now)

    def _farewell(self, now: float) -> None:
        parts = self._parts
        if not (parts.settings.own_voice and parts.settings.lost_goodbye):
            self._ending.depart("engine_lost", now)
            return
        action = parts.life.end("engine_lost", now)
        if action == "say_last":
            parts.phase("ending")
            parts.replies.forget_wishes()
            self._say(parts.settings.lost_goodbye)
        else:  # nobody is there to hear it
            self._ending.obey(action, now)

    def _say(self, text: str) -> None:
        """With a voice that needs no engine, if there is one."""
        parts = self._parts
        if not parts.settings.own_voice or not text:
            return
        self._own += 1
        name = f"own-{self._own}"
        ours = parts.speech.announced(name, name)
        if ours is not None:
            ours.unknown_to_engine = True
        parts.speech.words_ended(name, Words(text))
        parts.do(c.SpeakAloud(name, Words(text)))
