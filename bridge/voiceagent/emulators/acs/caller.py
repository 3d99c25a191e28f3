"""The person who calls: listens, waits for the agent to finish, and does the next step of the script.

Pure: `tick` is called every 20 ms with the time and returns the frame to send, if the caller speaks. What the caller knows of
the agent is what sounds at the ear, so a slow agent is waited for and a talkative one is not interrupted, unless the script
says so.

States: *waiting* (for the agent, or for the moment of an interruption), *speaking*, *pressing* keys, *silent* on purpose,
*done* (script over, hears the last answer out), and on *hold* while a human's phone rings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from voiceagent.emulators.acs.diary import Diary
from voiceagent.emulators.acs.ear import Ear
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.script import FRAME_MS, Dtmf, Silence, Step, Utterance, interrupts_after, kind_of, pauses_for
from voiceagent.emulators.acs.turns import TurnLog

KEY_EVERY_MS = 250.0
"""A brisk hand on a keypad."""


class Caller:
    """`words` holds the utterances of steps by index; one that is not there yet is waited for. `steps` may grow."""

    def __init__(
        self,
        steps: Sequence[Step],
        words: Mapping[int, Utterance],
        *,
        ear: Ear,
        turns: TurnLog,
        diary: Diary,
        options: NetworkOptions,
    ) -> None:
        self.on_hold = False
        """While set the caller does nothing: a human's phone rings."""
        self.keys: list[str] = []
        """Keys pressed in this tick, for the shell to send and clear."""
        self.spoken: list[tuple[float, Utterance]] = []
        """What was said, from when: the caller's side of the tape."""
        self._steps = steps
        self._words = words
        self._ear = ear
        self._turns = turns
        self._diary = diary
        self._options = options
        self._next = 0
        self._since = 0.0
        self._patience_ends = options.greeting_wait_ms
        self._expects_agent = True
        self._speaking: Utterance | None = None
        self._frame = 0
        self._pressing = ""
        self._press_at = 0.0
        self._silent_until: float | None = None

    def connected(self, now: float) -> None:
        """The caller's line has been put through: from now on the agent may be heard."""
        self._since = now

    def resumed(self, now: float) -> None:
        """The human could not be reached: the agent will say so, wait for that."""
        self.on_hold = False
        self._acted(now)

    def tick(self, now: float) -> bytes | None:
        """The frame that the caller speaks now, or None for silence."""
        if self._speaking is not None:
            return self._speak(now)
        if self._pressing:
            self._press(now)
        elif self._silent_until is not None:
            if now >= self._silent_until:
                self._silent_until = None
                self._since, self._expects_agent = now, False
        elif not self.on_hold and self._next < len(self._steps):
            return self._consider(now)
        return None

    def has_finished(self, now: float) -> bool:
        """The script is over and the agent's last answer has been heard out."""
        busy = self._speaking is not None or self._pressing or self._silent_until is not None or self.on_hold
        return not busy and self._next >= len(self._steps) and self._agent_has_finished(now, self._options.farewell_ms)

    def _consider(self, now: float) -> bytes | None:
        step, words = self._steps[self._next], self._words.get(self._next)
        speaks = not isinstance(step, Dtmf | Silence)
        if (speaks and words is None) or not self._may_begin(step, now):
            return None
        self._next += 1
        self._diary.note("step", now, number=self._next, does=kind_of(step))
        if isinstance(step, Dtmf):
            self._pressing, self._press_at = step.keys, now
        elif isinstance(step, Silence):
            self._silent_until = now + step.ms
        elif words is not None:
            self._begin_to_speak(words, now)
        return self._speak(now) if self._speaking is not None else None

    def _may_begin(self, step: Step, now: float) -> bool:
        after_ms = interrupts_after(step)
        if after_ms is None:
            return self._agent_has_finished(now, pauses_for(step, self._options.patience_ms))
        began = self._ear.first_speech_after(self._since, now)
        if began is not None:
            return now >= began + after_ms
        return now - self._since >= self._options.answer_wait_ms

    def _agent_has_finished(self, now: float, patience_ms: float) -> bool:
        if self._ear.speech_is_queued(now):
            return False
        last = self._ear.speech_until(now)
        quiet_for = now - max(self._since, last or 0.0)
        if not self._expects_agent or self._ear.first_speech_after(self._since, now) is not None:
            return quiet_for >= patience_ms
        if quiet_for < self._patience_ends:
            return False
        self._diary.note("agent_silent", now, waited_ms=round(quiet_for))
        self._expects_agent = False
        return True

    def _begin_to_speak(self, words: Utterance, now: float) -> None:
        self._speaking, self._frame = words, 0
        self.spoken.append((now, words))
        self._turns.caller_speaks(now + words.begins_ms, now + words.ends_ms)
        self._diary.note(
            "caller_speaks",
            now + words.begins_ms,
            text=words.text,
            end_ms=self._diary.since_ring(now + words.ends_ms),
        )

    def _speak(self, now: float) -> bytes:
        words = self._speaking
        assert words is not None
        frame = words.frames[self._frame]
        self._frame += 1
        if self._frame == len(words.frames):
            self._speaking = None
            began = now - (self._frame - 1) * FRAME_MS
            self._acted(began + words.ends_ms)
        return frame

    def _press(self, now: float) -> None:
        if now < self._press_at:
            return
        key, self._pressing = self._pressing[0], self._pressing[1:]
        self._press_at = now + KEY_EVERY_MS
        self.keys.append(key)
        self._diary.note("key", now, key=key)
        if not self._pressing:
            self._turns.caller_speaks(now, now)
            self._acted(now)

    def _acted(self, at: float) -> None:
        """It is the agent's turn."""
        self._since = at
        self._expects_agent = True
        self._patience_ends = self._options.answer_wait_ms
