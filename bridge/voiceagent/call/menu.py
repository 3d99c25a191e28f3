"""What typed keys mean for the rest of the call: a choice of the menu, something for a tool, or something the caller told.

What a key sets off is put into the engine's memory as a tool call of its own, so that the model knows what happened and can
speak about how it ended.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.keys import Entry
from voiceagent.call.parts import Parts
from voiceagent.call.policies import KeyAction
from voiceagent.call.tools import END_CALL
from voiceagent.call.transfer_tools import REQUEST_TRANSFER
from voiceagent.discreet import Words

MOST_WAITING = 8
"""Entries that wait for an engine; a caller who typed more has typed at random."""

Called = Callable[[e.ToolCalled, float], None]
"""Who carries out a tool call."""


class Menu:
    """The keys of one call and their consequences."""

    def __init__(self, parts: Parts, called: Called) -> None:
        self._parts = parts
        self._called = called
        self._calls = 0
        self._entered: deque[Entry] = deque(maxlen=MOST_WAITING)
        """Entries that no engine was there for: callers who know the menu type before anybody has greeted them."""
        self._after_words: tuple[str, KeyAction] | None = None

    def settle(self, now: float) -> None:
        """An entry may be complete, or the words heard that were to be said first."""
        parts = self._parts
        heard = parts.replies.quiet and not parts.speech.busy and parts.turns.silent
        if (waiting := self._after_words) is not None and heard:
            self._after_words = None
            self._carry_out(*waiting, now)
        entry = parts.keys.settle(now)
        if entry is not None:
            self._entered.append(entry)
        if parts.transfer.reached:
            self._entered.clear()
        while self._entered and parts.engine_is_ready:
            self._take(self._entered.popleft(), now)

    def _take(self, entry: Entry, now: float) -> None:
        parts = self._parts
        policy, typed = parts.settings.keys, entry.keys
        action = policy.menu.get(entry.choice)
        if action is not None:
            self._chosen(entry.choice, action, now)
        elif policy.to == "tool":
            self._have_run(policy.tool, {"keys": typed.shown}, now)
        elif policy.to == "model":
            self._tell(typed.shown)
            parts.replies.want(c.AskForReply())

    def _chosen(self, key: str, action: KeyAction, now: float) -> None:
        parts = self._parts
        parts.cut_off(now, cancel=True)
        self._tell(key)
        if action.say:
            parts.replies.want(c.AskForReply(exactly=Words(action.say)))
        if action.say and (action.transfer or action.end_call):
            self._after_words = (key, action)  # both end what can be said
        else:
            self._carry_out(key, action, now)

    def _carry_out(self, key: str, action: KeyAction, now: float) -> None:
        if action.transfer:
            self._have_run(REQUEST_TRANSFER, {"target": action.transfer, "reason": f"the caller pressed {key}"}, now)
        elif action.tool:
            self._have_run(action.tool, action.arguments, now)
        elif action.end_call:
            self._have_run(END_CALL, {"reason": f"the caller pressed {key}"}, now)
        elif not action.say:
            self._parts.replies.want(c.AskForReply())

    def _tell(self, keys: str) -> None:
        self._parts.do(c.AddUserText(Words(f"The caller pressed {' '.join(keys)} on the keypad.")))

    def _have_run(self, tool: str, arguments: Mapping[str, Any], now: float) -> None:
        self._calls += 1
        tool_call_id = f"keys-{self._calls}"
        called = e.ToolCalled(tool_call_id, "", tool_call_id, tool, json.dumps(dict(arguments), ensure_ascii=False))
        self._parts.do(c.AddToolCall(tool_call_id, tool, called.arguments))
        self._called(called, now)
