"""Whether a caller who makes a sound while the agent speaks means to interrupt, and what is made of it when it was nothing.

An engine hears speech begin long before anybody can know what it is: a word, a cough, an "mhm", the television. The policy says
how much is needed before the agent falls silent (`when`), and whether it goes on when no words come (`resume_after_ms`): then
what it had to say is only held back, and nothing is cancelled or cut out of the engine's memory until words are there.

A turn that is doubted or held is not answered by anybody before this module has judged it.
"""

from __future__ import annotations

from typing import Literal

from voiceagent.call.policies import BargeInPolicy
from voiceagent.call.tables import Machine, Table

BargeInState = Literal["undisturbed", "doubted", "held"]
BargeInSignal = Literal["spoke_over", "enough", "enough_to_hold", "too_little", "agent_done", "words", "no_words", "late_words"]
BargeInAction = Literal["cut_off", "hold", "play_on", "ignore", "answer"]

BARGE_IN: Table[BargeInState, BargeInSignal, BargeInAction] = Table(
    name="An interruption",
    about="Doubted: the caller makes a sound, and the agent goes on. Held: the agent is silent and keeps what it had to say. "
    "Ignored: the caller was listening along.",
    start="undisturbed",
    rules={
        ("undisturbed", "spoke_over"): ("doubted", None),
        ("doubted", "enough"): ("undisturbed", "cut_off"),
        ("doubted", "enough_to_hold"): ("held", "hold"),
        ("doubted", "too_little"): ("undisturbed", "ignore"),
        ("doubted", "agent_done"): ("undisturbed", "answer"),
        ("held", "words"): ("undisturbed", "cut_off"),
        ("held", "no_words"): ("undisturbed", "play_on"),
        ("undisturbed", "late_words"): ("undisturbed", "cut_off"),
    },
)

WORDS_MS = 3_000
"""How long after the end of a turn its words may take; a caller is not ignored because the ears fail."""

HELD_MS = 30_000
"""A sound that neither ends nor becomes words for so long is no caller."""


class BargeIn:
    """The interruptions of one call. `end_silence_ms`: how late the engine tells that speech has ended."""

    def __init__(self, policy: BargeInPolicy, end_silence_ms: float) -> None:
        self._policy = policy
        self._end_silence_ms = end_silence_ms
        self._machine = Machine(BARGE_IN)
        self._item = ""  # the turn that is being judged
        self._began = 0.0
        self._partial = 0
        self._due: float | None = None
        self._overdue: Literal["enough", "no_words"] = "enough"
        self._may_be_late = ""  # a turn held to be nothing, whose words may still come
        self.committed = False
        """The turn being judged is in the engine's memory already."""
        self.unanswered = ""
        """The last turn that was judged not to want an answer."""

    @property
    def state(self) -> BargeInState:
        return self._machine.state

    @property
    def held(self) -> bool:
        return self._machine.state == "held"

    def judges(self, item_id: str) -> bool:
        """Whether it is not decided yet if this turn is to be answered."""
        return self._machine.state != "undisturbed" and item_id == self._item

    def began(self, item_id: str, onset: float, now: float) -> BargeInAction | None:
        """The caller makes a sound while the agent is audible."""
        if self._machine.state == "held":
            # A second sound belongs to the same interruption; it is waited for anew.
            self._item, self.committed, self._partial = item_id, False, 0
            self._wait(now + HELD_MS, "no_words")
            return None
        if self._machine.state == "undisturbed":
            self._machine.signal("spoke_over")
        self._item, self._began, self.committed, self._partial = item_id, onset, False, 0
        if self._policy.when == "speech":
            return self._enough(now)
        # The engine tells the end of speech so much later; without that word by then, it lasted long enough.
        patience = self._policy.after_ms if self._policy.when == "duration" else HELD_MS
        self._wait(max(now, onset + patience + self._end_silence_ms), "enough")
        return None

    def stopped(self, item_id: str, end: float, now: float) -> BargeInAction | None:
        """The sound ended, at `end` on our clock."""
        if not self.judges(item_id):
            return None
        if self._machine.state == "held":
            self._wait(now + self._policy.resume_after_ms, "no_words")
        elif self._policy.when == "words":
            self._wait(now + WORDS_MS, "enough")
        elif end - self._began >= self._policy.after_ms:
            return self._enough(now, wait_ms=self._policy.resume_after_ms)
        else:
            return self._signal("too_little")
        return None

    def words_arrived(self, item_id: str, text: str, now: float) -> BargeInAction | None:
        """A piece of the words of a turn, before all of them are known."""
        if not self.judges(item_id):
            return None
        self._partial += len(text.split())
        return self._counted(self._partial, now) if self._is_enough(self._partial) else None

    def transcribed(self, item_id: str, text: str, now: float) -> BargeInAction | None:
        """All words of a turn; none: it was noise."""
        count = len(text.split())
        if self.judges(item_id):
            return self._counted(count, now)
        if count and item_id == self._may_be_late and self._machine.state == "undisturbed":
            self._item, self.committed = item_id, True
            return self._signal("late_words")
        return None

    def not_transcribed(self, item_id: str, now: float) -> BargeInAction | None:
        """The words of a turn will never be known; it is taken for one."""
        return self._counted(max(1, self._policy.after_words), now) if self.judges(item_id) else None

    def settle(self, now: float, *, audible: bool) -> BargeInAction | None:
        """What has become clear by itself. `audible`: the agent still has something to say."""
        if self._machine.state == "doubted" and not audible:
            return self._signal("agent_done")
        if self._due is None or now < self._due:
            return None
        self._due = None
        return self._enough(now) if self._overdue == "enough" else self._signal("no_words")

    def over(self) -> None:
        """The agent was silenced for another reason: there is nothing left to interrupt."""
        self._machine = Machine(BARGE_IN)
        self._due = None

    def deadline(self) -> float | None:
        return self._due

    def _counted(self, count: int, now: float) -> BargeInAction | None:
        if self._machine.state == "held":
            return self._signal("words" if count else "no_words")
        if self._policy.when != "words":
            return None  # its length decides
        return self._enough(now) if self._is_enough(count) else self._signal("too_little")

    def _is_enough(self, count: int) -> bool:
        if self._machine.state == "held":
            return count > 0
        return self._policy.when == "words" and count >= self._policy.after_words

    def _enough(self, now: float, wait_ms: float = HELD_MS) -> BargeInAction | None:
        if not self._policy.resume_after_ms or self._policy.when == "words":
            return self._signal("enough")
        action = self._machine.signal("enough_to_hold")
        self._wait(now + wait_ms, "no_words")
        return action

    def _signal(self, signal: BargeInSignal) -> BargeInAction | None:
        self._due, self._may_be_late, self.unanswered = None, "", ""
        if signal in ("no_words", "too_little"):
            self.unanswered = self._item
        if signal == "no_words":
            self._may_be_late = self._item
        return self._machine.signal(signal)

    def _wait(self, due: float, overdue: Literal["enough", "no_words"]) -> None:
        self._due, self._overdue = due, overdue
