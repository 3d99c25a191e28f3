"""The life of a call from the first ring to the last command, and why it ended.

End reasons (`CloseCall.reason`, `HangUp.reason`) and their outcomes:

    caller_left         the caller hung up                                   completed; failed if we had not answered yet
    agent_ended         the model called end_call                            completed
    silence             nobody spoke after the last prompt                   completed
    max_length          the longest call was reached                         completed
    (as requested)      `EndRequested.reason`, such as "shutdown"            completed; rejected if we had not answered yet
    transferred         a human has the caller                               transferred
    human_left          the human we listened to hung up first               transferred
    engine_lost, engine_refused, engine_not_ready                            failed
    media_lost          no audio path to the caller, and none came back      failed
    voicemail           a machine answered a call of ours                    completed
    busy, no_answer, declined, unreachable: a call of ours was not answered  failed
    answer_refused      the telephony service refused our answer             failed
    not_answered        the telephony service never said anything            failed

Once a human has the caller the outcome is `transferred`, whatever ends the call.
"""

from __future__ import annotations

from typing import Literal

from voiceagent.call.tables import Machine, Table

LifeState = Literal["new", "ringing", "answered", "live", "detached", "ending", "departing", "closed"]
LifeSignal = Literal["started", "answered", "media_opened", "media_closed", "end", "stay", "calm", "depart", "overdue", "gone"]
LifeAction = Literal["configure", "greet", "say_last", "depart", "close"]

LIFE: Table[LifeState, LifeSignal, LifeAction] = Table(
    name="The life of a call",
    about="Detached: the call lives without audio. Ending: the last words are being said. Departing: we asked to hang up.",
    start="new",
    rules={
        ("new", "started"): ("ringing", "configure"),
        ("ringing", "answered"): ("answered", "greet"),
        ("ringing", "overdue"): ("departing", "depart"),
        ("answered", "media_opened"): ("live", None),
        ("answered", "media_closed"): ("detached", None),
        ("answered", "overdue"): ("departing", "depart"),
        ("live", "media_closed"): ("detached", None),
        ("detached", "media_opened"): ("live", None),
        ("detached", "overdue"): ("departing", "depart"),
        ("answered", "end"): ("ending", "say_last"),
        ("live", "end"): ("ending", "say_last"),
        ("ending", "stay"): ("live", None),
        ("ending", "calm"): ("departing", "depart"),
        ("ending", "overdue"): ("departing", "depart"),
        ("ending", "media_closed"): ("departing", "depart"),
        ("ringing", "end"): ("departing", "depart"),
        ("detached", "end"): ("departing", "depart"),
        **{(state, "depart"): ("departing", "depart") for state in ("ringing", "answered", "live", "detached", "ending")},
        **{
            (state, "gone"): ("closed", "close") for state in ("ringing", "answered", "live", "detached", "ending", "departing")
        },
        ("departing", "overdue"): ("closed", "close"),
    },
)

RINGING_MS = 60_000
"""From the start until the answer is confirmed: a phone rings for 30 s, and callbacks may be late."""

ENGINE_MS = 20_000
"""From the start until the engine must have confirmed our settings; 17 s was seen once, callers wait no longer."""

MEDIA_MS = 15_000
"""From the answer until audio must flow."""

REDIAL_MS = 5_000
"""How long a lost audio path may take to come back: the service dials again at once or not at all."""

DEPARTING_MS = 5_000
"""How long hanging up may take before we stop waiting for its confirmation."""

LAST_WORDS_MS = 10_000
"""While ending: the longest time in which nothing goes on and nothing is audible."""

ENDING_MS = 30_000
"""The longest ending; longer last words are cut."""

NOT_REACHED = ("busy", "no_answer", "declined", "unreachable")
"""Why a call of ours was not answered."""

_FAILURES = {*NOT_REACHED, "engine_lost", "engine_refused", "engine_not_ready", "media_lost", "answer_refused", "not_answered"}


class Life:
    """One call's life. Time bounds end it even if nobody answers."""

    def __init__(self, max_call_ms: float, warn_before_ms: float = 0.0) -> None:
        self._machine = Machine(LIFE)
        self._max_call_ms = max_call_ms
        self._warn_after_ms = max_call_ms - warn_before_ms if 0 < warn_before_ms < max_call_ms else None
        self._due: float | None = None
        self._ending_since = 0.0
        self._engine_due: float | None = None
        self._length_due: float | None = None
        self._warning_due: float | None = None
        self.nearly_too_long = False
        """The longest call is near, and nobody was told yet; whoever tells it says `warned`."""
        self.was_answered = False
        self.reason = ""
        """Why the call ends, once that is known."""

    @property
    def state(self) -> LifeState:
        return self._machine.state

    @property
    def talking(self) -> bool:
        """The agent may be asked to speak (into the lane, if audio does not flow yet)."""
        return self._machine.state in ("answered", "live")

    @property
    def over(self) -> bool:
        return self._machine.state in ("departing", "closed")

    def start(self, now: float) -> LifeAction | None:
        self._engine_due = now + ENGINE_MS
        self._due = now + RINGING_MS
        return self._machine.signal("started")

    def engine_ready(self) -> None:
        self._engine_due = None

    def answered(self, now: float) -> LifeAction | None:
        """The call is ours; told more than once, as the service tells it in several ways."""
        action = self._machine.signal("answered")
        if action is not None:
            self.was_answered = True
            self._due = now + MEDIA_MS
            self._length_due = now + self._max_call_ms
            self._warning_due = None if self._warn_after_ms is None else now + self._warn_after_ms
        return action

    def media_opened(self) -> None:
        if self._machine.allows("media_opened"):
            self._machine.signal("media_opened")
            self._due = None

    def media_closed(self, now: float) -> LifeAction | None:
        if not self._machine.allows("media_closed"):
            return None
        action = self._machine.signal("media_closed")
        self._due = now + (DEPARTING_MS if action else REDIAL_MS)
        return action

    def end(self, reason: str, now: float) -> LifeAction | None:
        """End the call after the last words. The first reason stays."""
        action = self._machine.signal("end")
        if action is not None:
            self.reason = reason
            self._ending_since = now
            self._due = now + (DEPARTING_MS if action == "depart" else LAST_WORDS_MS)
        return action

    def stay(self) -> bool:
        """The caller of a silent call is there after all; False if the ending is not for silence."""
        if self.reason != "silence" or not self._machine.allows("stay"):
            return False
        self._machine.signal("stay")
        self.reason, self._due = "", None
        return True

    def went_on(self, now: float) -> None:
        """Something of the last words moved: patience begins anew, within the bound of the whole ending."""
        if self._machine.state == "ending":
            self._due = min(now + LAST_WORDS_MS, self._latest_end)

    def calm(self, now: float) -> LifeAction | None:
        """Nothing is being said and nobody is waited for."""
        action = self._machine.signal("calm")
        if action is not None:
            self._due = now + DEPARTING_MS
        return action

    def depart(self, reason: str, now: float) -> LifeAction | None:
        """End the call now. A reason known before stays."""
        action = self._machine.signal("depart")
        if action is not None:
            self.reason = self.reason or reason
            self._due = now + DEPARTING_MS
        return action

    def gone(self, reason: str) -> LifeAction | None:
        """The call is over already. If we had asked for that, our reason is the reason."""
        if self._machine.state != "departing":
            self.reason = reason
        return self._machine.signal("gone")

    def settle(self, now: float, *, patient: bool, transferring: bool = False) -> LifeAction | None:
        """What the passing of time brings about. `patient`: the caller hears something or is being transferred."""
        if self._engine_due is not None and now >= self._engine_due and not self.over:
            self._engine_due = None
            return self.depart("engine_not_ready", now)
        if self._warning_due is not None and now >= self._warning_due:
            self._warning_due, self.nearly_too_long = None, True
        if patient and self._machine.state == "ending":
            self._due = self._latest_end
        if transferring and self._machine.state == "detached":
            self._due = now + REDIAL_MS  # a human may answer any moment, and has the caller then
        if self._due is None or now < self._due:
            return None
        self.reason = self.reason or ("not_answered" if self._machine.state == "ringing" else "media_lost")
        self._due = now + DEPARTING_MS
        return self._machine.signal("overdue")

    def warned(self) -> None:
        """The caller is being told that the longest call is near."""
        self.nearly_too_long = False

    def too_long(self, now: float) -> bool:
        """The longest call is reached, and not being ended yet."""
        return self._length_due is not None and now >= self._length_due and self._machine.allows("end")

    @property
    def _latest_end(self) -> float:
        return self._ending_since + ENDING_MS

    def outcome(self, *, transferred: bool) -> str:
        """How the call shall be counted."""
        if transferred:
            return "transferred"
        if self.reason in _FAILURES:
            return "failed"
        if not self.was_answered:
            return "failed" if self.reason == "caller_left" else "rejected"
        return "completed"

    def deadline(self, *, length_counts: bool) -> float | None:
        """`length_counts` False: the longest call does not matter for the moment."""
        if self._machine.state == "closed":
            return None
        bounds = [self._due, None if self.over else self._engine_due]
        if length_counts and self._machine.allows("end"):
            bounds += [self._length_due, self._warning_due]
        return min((due for due in bounds if due is not None), default=None)
