"""Tool calls that wait for the caller: for a spoken yes, or for digits that nobody but the tool may know.

The question is said word for word, so that what the caller agrees to is not the model's to phrase. Until it is answered the
engine gives no replies of its own (`create_response` off): it would talk about something that has not happened. Only a turn
that began after the question could be heard answers it. One call at a time waits; the model is told so for a second one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.consent import answer_of, question_of
from voiceagent.call.parts import Parts
from voiceagent.call.policies import SecretEntry, ToolPolicy
from voiceagent.call.tools import error_output
from voiceagent.discreet import Words

UNHEARD_MS = 30_000
"""A question that the caller does not get to hear by then was lost."""

UNANSWERED_MS = 20_000
"""From the moment the question can be heard, or the caller last spoke; the question itself takes a few seconds of it."""

LAST_TONE_MS = 1_000
"""How long keys stay hidden after an entry: the last tone still sounds, and many callers press `#` once more."""

_TIMES_ASKED = 2
"""A cough is not an answer; whoever coughs twice has heard the question twice."""

_BUSY = "the caller is being asked about something else; wait for that, then call it again"

Declined = Literal["no", "unclear", "no_answer", "gave_up", "too_few", "nothing_typed"]

_DECLINED: Mapping[Declined, str] = {
    "no": "The caller said no. It was not done.",
    "unclear": "The caller did not clearly say yes, so it was not done. Answer the caller; to ask again, call the tool again.",
    "no_answer": "The caller did not answer the question, so it was not done.",
    "gave_up": "The caller did not want to type it. Nothing was done.",
    "too_few": "The caller did not type enough digits. Nothing was done; to ask again, call the tool again.",
    "nothing_typed": "The caller typed nothing. Nothing was done.",
}
"""What the model is told about a tool that did not run, by its code."""


@dataclass(slots=True)
class _Held:
    called: e.ToolCalled
    question: c.AskForReply
    due: float
    entry: SecretEntry | None
    reply_id: str = ""
    heard: bool = False
    asked: int = 1
    turns: set[str] = field(default_factory=set)
    typed: int = 0


class Holding:
    """The call of a tool that waits for the caller, if any, and what remains to be undone after it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._held: _Held | None = None
        self._show_at: float | None = None
        self._approvals: set[str] = set()
        """Calls that the engine carries out, and we only allow."""

    @property
    def waiting(self) -> bool:
        """A question is open: the engine must not reply of its own accord."""
        return self._held is not None

    @property
    def answerable(self) -> bool:
        """The caller has heard the question, as far as it is, and may answer."""
        return self._held is not None and self._held.heard

    def hold(self, called: e.ToolCalled, policy: ToolPolicy, now: float) -> None:
        """Ask the caller before a tool runs."""
        parts = self._parts
        if not parts.tools.opened(called, now, ours=True):
            return
        if self._held is not None or parts.transfer.pending or parts.transfer.reached:
            self._answer(called.tool_call_id, "error", error_output(_BUSY), now)
            return
        entry = policy.keys
        words = entry.prompt if entry else question_of(policy.ask_first, called.arguments)
        question = c.AskForReply(exactly=Words(words))
        self._held = _Held(called, question, now + UNHEARD_MS, entry)
        self._engine_replies(False)
        if entry is not None:
            self._hide(entry)
        parts.replies.want(question)

    def hold_approval(self, asked: e.ApprovalAsked, question: str, now: float) -> None:
        """Ask the caller before the engine runs a tool of its own."""
        called = e.ToolCalled(asked.reply_id, asked.approval_id, asked.approval_id, asked.name, asked.arguments)
        self._approvals.add(asked.approval_id)
        self.hold(called, ToolPolicy(ask_first=question), now)

    # --- the question and its answer

    def reply_began(self, reply_id: str, asked: c.AskForReply | None) -> None:
        """A reply begins; `asked` is what it was asked with, or None."""
        if self._held is not None and asked is self._held.question:
            self._held.reply_id = reply_id

    def playback_began(self, reply_id: str, now: float) -> None:
        """The caller hears the first of a reply."""
        held = self._held
        if held is not None and reply_id and reply_id == held.reply_id and not held.heard:
            held.heard = True
            held.due = now + (held.entry.first_key_ms if held.entry else UNANSWERED_MS)

    def caller_started(self, item_id: str, now: float) -> None:
        """A turn of the caller's begins; one that began before the question cannot answer it."""
        held = self._held
        if held is not None and held.heard and held.entry is None:
            held.turns.add(item_id)
            held.due = now + UNANSWERED_MS

    def meaning(self, text: str) -> str:
        """What words mean as the answer to the question that is open; "" when none is."""
        held, settings = self._held, self._parts.settings
        return answer_of(text, settings.yes, settings.no) if held is not None and held.entry is None else ""

    def transcribed(self, item_id: str, text: str, means: str, now: float) -> None:
        """The words of a turn are known, and what they mean."""
        held = self._held
        if held is None or held.entry is not None or item_id not in held.turns:
            return
        if not text.strip():
            self._ask_again(held, now)
            return
        self.answered(means, now)

    def not_transcribed(self, item_id: str, now: float) -> None:
        """Nobody will ever know what the caller said."""
        if self._held is not None and item_id in self._held.turns:
            self._refuse("unclear", now)

    def answered(self, means: str, now: float) -> None:
        """The caller's answer, spoken or written."""
        held = self._held
        if held is None or held.entry is not None:
            return
        if means == "yes":
            self._run(held, now)
        else:
            self._refuse("no" if means == "no" else "unclear", now)

    # --- digits

    def key_pressed(self, event: e.HiddenKeyPressed, now: float) -> None:
        """The caller typed something that we do not know."""
        held = self._held
        if held is None or held.entry is None:
            return
        if held.typed == 0:
            self._parts.cut_off(now, cancel=True)
        if event.kind == "give_up":
            self._refuse("gave_up", now)
            return
        held.typed += event.kind == "digit"
        held.due = now + held.entry.pause_ms
        if event.kind == "end" or held.typed >= held.entry.most:
            self._typed(held, now)

    def _typed(self, held: _Held, now: float) -> None:
        assert held.entry is not None
        if held.typed >= held.entry.least:
            self._run(held, now)
        else:
            self._refuse("too_few" if held.typed else "nothing_typed", now)

    # --- time

    def settle(self, now: float) -> None:
        """What the passing of time brings about."""
        held = self._held
        if held is not None and now >= held.due:
            if held.entry is not None:
                self._typed(held, now)
            else:
                self._refuse("no_answer", now)
        if self._show_at is not None and now >= self._show_at:
            self._show()

    def deadline(self) -> float | None:
        bounds = [self._held.due if self._held else None, self._show_at]
        return min((due for due in bounds if due is not None), default=None)

    # --- the end of it

    def drop(self, now: float) -> None:
        """Nobody will answer any more: a human has the caller, or the call ends."""
        if self._held is not None:
            self._refuse("no_answer", now)

    def _run(self, held: _Held, now: float) -> None:
        self._let_go(now)
        if held.called.tool_call_id in self._approvals:
            approved = json.dumps({"approved": True})
            self._answer(held.called.tool_call_id, "ok", approved, now, reply_id=held.called.reply_id)
            return
        self._parts.do(*self._parts.tools.start(held.called.tool_call_id, now, with_keys=held.entry is not None))

    def _refuse(self, declined: Declined, now: float) -> None:
        held = self._let_go(now)
        output = json.dumps({"error": _DECLINED[declined], "declined": declined})
        self._answer(held.called.tool_call_id, "cancelled", output, now)

    def _answer(self, tool_call_id: str, outcome: e.ToolOutcome, output: str, now: float, *, reply_id: str = "") -> None:
        tools = self._parts.tools
        if tool_call_id in self._approvals:
            self._approvals.discard(tool_call_id)
            noted = tools.close(tool_call_id, outcome, output, None, now)
            self._parts.do(c.AnswerApproval(tool_call_id, outcome == "ok"), *noted)
            if outcome == "ok" and reply_id:
                tools.excuse(reply_id)  # the result comes by itself, and only then is there something to say
        else:
            self._parts.do(*tools.answer(tool_call_id, outcome, output, None, now))

    def _let_go(self, now: float) -> _Held:
        held = self._held
        assert held is not None
        self._held = None
        self._engine_replies(True)
        if held.entry is not None:
            self._show_at = now + LAST_TONE_MS
        return held

    def _ask_again(self, held: _Held, now: float) -> None:
        if held.asked >= _TIMES_ASKED:
            self._refuse("no_answer", now)
            return
        held.asked += 1
        held.question = c.AskForReply(exactly=held.question.exactly)
        held.heard, held.reply_id, held.due = False, "", now + UNHEARD_MS
        self._parts.replies.want(held.question)

    def engine_changed(self) -> None:
        """An engine that was not there when the question was asked must not reply of its own accord either."""
        if self.waiting:
            self._engine_replies(False)

    def _engine_replies(self, replies: bool) -> None:
        """Whether the engine answers turns by itself, as it was set up to."""
        settings = self._parts.settings
        if settings.engine_replies:
            chosen: Mapping[str, Any] = settings.setup.turn_detection or {"type": "server_vad"}
            self._parts.do(c.ReviseEngine(turn_detection={**chosen, "create_response": replies}))

    def _hide(self, entry: SecretEntry) -> None:
        if self._show_at is not None:
            self._show()
        self._parts.do(c.HideKeys(entry.end_key))
        if entry.mute:
            self._parts.do(*self._parts.ear.close("digits"))

    def _show(self) -> None:
        self._show_at = None
        self._parts.do(c.ShowKeys(), *self._parts.ear.open("digits"))
