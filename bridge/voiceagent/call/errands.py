"""What the model's tool calls mean for the rest of the call: which are ours, when the agent goes on, what a farewell ends."""

from __future__ import annotations

import json

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.ending import Ending
from voiceagent.call.handover import Handover
from voiceagent.call.parts import Parts
from voiceagent.call.tools import END_CALL, REQUEST_TRANSFER


class Errands:
    """The tool calls of one call and their consequences."""

    def __init__(self, parts: Parts, ending: Ending, handover: Handover) -> None:
        self._parts = parts
        self._ending = ending
        self._handover = handover
        self._spoken_reply: str | None = None  # the last reply of which audio came
        self._farewell_after: str | None = None  # the reply in which the model ended the call

    def settle(self, now: float) -> None:
        """Answer for tools that are late, and let the agent go on when all calls of a reply are answered."""
        parts = self._parts
        parts.do(*parts.tools.settle(now))
        if parts.tools.reply_is_owed() and parts.life.state != "ending" and not parts.transfer.reached:
            parts.replies.want(c.AskForReply())

    def called(self, called: e.ToolCalled, now: float) -> None:
        """The model wants something done: by us, or by one of the user's tools."""
        if called.name == END_CALL:
            self._end_called(called, now)
        elif called.name == REQUEST_TRANSFER and self._parts.settings.targets:
            self._handover.requested(called, now)
        else:
            self._parts.do(*self._parts.tools.run(called, now))

    def returned(self, event: e.ToolReturned, now: float) -> None:
        """A tool of the user's ended."""
        self._parts.do(*self._parts.tools.answer(event.tool_call_id, event.outcome, event.output, event.duration_ms, now))

    def reply_spoke(self, reply_id: str) -> None:
        """Audio of a reply came."""
        self._spoken_reply = reply_id

    def reply_ended(self, reply_id: str) -> None:
        """A reply is complete. A model that ended the call in it without a word gets the configured goodbye."""
        self._parts.tools.reply_ended(reply_id)
        if reply_id == self._farewell_after:
            self._farewell_after = None
            if self._spoken_reply != reply_id:
                self._ending.say_goodbye()

    def _end_called(self, called: e.ToolCalled, now: float) -> None:
        tools = self._parts.tools
        if not tools.opened(called, now, ours=True):
            return
        self._parts.do(*tools.answer(called.tool_call_id, "ok", json.dumps({"ok": True}), None, now))
        tools.excuse(called.reply_id)
        self._farewell_after = called.reply_id
        self._ending.end("agent_ended", now, goodbye=False)
