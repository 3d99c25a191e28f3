"""What the caller's turns mean for the rest of the call: who has the floor, what cuts the agent off, and what is answered."""

from __future__ import annotations

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.barge_in import BargeInAction
from voiceagent.call.holding import Holding
from voiceagent.call.interrupt import cut_point
from voiceagent.call.parts import Parts
from voiceagent.discreet import Words


class Floor:
    """The caller's side of one conversation."""

    def __init__(self, parts: Parts, holding: Holding) -> None:
        self._parts = parts
        self._holding = holding
        self._to_protect: list[c.AskForReply] = []
        self._protected: set[str] = set()
        self._onset = 0.0
        self._held_at: float | None = None

    # --- what the caller does

    def caller_started(self, event: e.CallerSpeechStarted, now: float) -> None:
        """The caller speaks; the agent falls silent, or waits to see what it is."""
        parts = self._parts
        onset = parts.turns.started(event.item_id, event.audio_start_ms, now)
        self.caller_is_there()
        self._holding.caller_started(event.item_id, now)
        if parts.transfer.reached or not self._may_interrupt():
            return
        if parts.playback.audible(now) or parts.barge_in.held:
            self._onset = onset
            self._act(parts.barge_in.began(event.item_id, onset, now), now)
        else:  # whatever is on its way answers something the caller has not finished saying
            parts.cut_off(now, cancel=not parts.settings.engine_interrupts)

    def caller_stopped(self, event: e.CallerSpeechStopped, now: float) -> None:
        """The engine ended the caller's turn."""
        end = self._parts.turns.stopped(event.item_id, event.audio_end_ms, now)
        self._act(self._parts.barge_in.stopped(event.item_id, end, now), now)

    def caller_committed(self, item_id: str) -> None:
        """The caller's turn is in the engine's memory. Ask for the answer if the engine does not give it by itself."""
        parts = self._parts
        if self._holding.waiting:
            parts.turns.reply_started()  # none is owed: the words of this turn answer a question of ours
        elif parts.settings.engine_replies or parts.transfer.reached:
            return
        elif parts.barge_in.judges(item_id):
            parts.barge_in.committed = True
            parts.turns.reply_started()
        elif parts.barge_in.unanswered == item_id:
            parts.turns.reply_started()
        else:
            self._answer()

    def words_arrived(self, item_id: str, text: Words, now: float) -> None:
        """Some of the caller's words are known."""
        self._act(self._parts.barge_in.words_arrived(item_id, text, now), now)

    def transcribed(self, item_id: str, text: Words, now: float) -> None:
        """All words of a turn are known."""
        self._parts.do(*self._parts.turns.transcribed(item_id, text, now))
        self._act(self._parts.barge_in.transcribed(item_id, text, now), now)

    def not_transcribed(self, item_id: str, now: float) -> None:
        """Nobody will ever know what the caller said: that it was something is the safer guess."""
        self._act(self._parts.barge_in.not_transcribed(item_id, now), now)

    def caller_wrote(self, text: Words, means: str, now: float) -> None:
        """A turn in writing: it interrupts, and it is answered. `means`: as the answer to an open question."""
        parts = self._parts
        self.caller_is_there()
        if parts.transfer.reached:
            return
        parts.cut_off(now, cancel=True)
        parts.do(*parts.turns.wrote(text, now), c.AddUserText(text))
        if self._holding.waiting:
            self._holding.answered(means, now)
        else:
            parts.replies.want(c.AskForReply())

    def caller_is_there(self) -> None:
        """Whatever was said to a silent line is forgotten."""
        self._parts.silence.caller_stirred()
        if self._parts.life.stay():
            self._parts.replies.forget_wishes()

    # --- what may not be interrupted

    def protect(self, ask: c.AskForReply) -> None:
        """The reply to this shall be heard to its end."""
        self._to_protect.append(ask)

    def reply_began(self, reply_id: str, asked: c.AskForReply | None) -> None:
        """A reply begins; `asked` is what it was asked with, or None."""
        if asked is not None and any(asked is ask for ask in self._to_protect):
            self._protected.add(reply_id)

    def _may_interrupt(self) -> bool:
        parts = self._parts
        if not parts.settings.barge_in or parts.settings.interruptions.when == "never":
            return False
        heard_now = next((item.reply_id for item in parts.speech.items()), parts.replies.active_id)
        return heard_now not in self._protected

    # --- what has become clear

    def settle(self, now: float) -> None:
        """Judge what time alone has made clear."""
        parts = self._parts
        audible = parts.playback.audible(now) or parts.replies.active_id is not None
        self._act(parts.barge_in.settle(now, audible=audible), now)

    def _act(self, action: BargeInAction | None, now: float) -> None:
        parts = self._parts
        match action:
            case "hold":
                cut_ms = self._cut_point(now)
                self._held_at = now
                parts.do(c.PausePlayback(), c.BargeInNoted(self._onset, now - self._onset, cut_ms))
            case "cut_off":
                self._cut_off(now)
                self._answer_what_waits()
            case "play_on":
                silent_ms = now - (now if self._held_at is None else self._held_at)
                parts.do(c.ResumePlayback(), c.PlaybackResumedNoted(silent_ms))
                self._held_at = None
            case "answer":
                self._answer_what_waits()
            case _:
                pass

    def _cut_off(self, now: float) -> None:
        parts = self._parts
        noted, self._held_at = self._held_at is not None, None
        audible = parts.playback.audible(now)
        cut_ms = self._cut_point(now)
        parts.cut_off(now, cancel=not parts.settings.engine_interrupts)
        if audible and not noted:
            parts.do(c.BargeInNoted(self._onset, now - self._onset, cut_ms))

    def _cut_point(self, now: float) -> float:
        parts = self._parts
        return cut_point(parts.speech, parts.playback, now, truncate=not parts.settings.engine_truncates)

    def _answer_what_waits(self) -> None:
        if self._parts.barge_in.committed and not self._parts.transfer.reached:
            self._answer()

    def _answer(self) -> None:
        self._parts.turns.reply_started()
        self._parts.replies.want(c.AskForReply())
