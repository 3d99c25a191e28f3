"""Who answered a call of ours: the model hears whether it is a human or a machine, and says so by a tool of ours."""

from __future__ import annotations

import json

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.commands import ToolSpec
from voiceagent.call.ending import Ending
from voiceagent.call.notes import AnsweredByNoted
from voiceagent.call.parts import Parts
from voiceagent.call.settings import OutboundPolicy
from voiceagent.call.tools import error_output
from voiceagent.call.transfer_tools import parse_object
from voiceagent.discreet import Words

REPORT_ANSWERED_BY = "report_answered_by"
_WHO = ("human", "voicemail")

_TOOL = ToolSpec(
    name=REPORT_ANSWERED_BY,
    description="You called somebody. Report once, as soon as you can tell: did a human answer, or a machine?",
    parameters={
        "type": "object",
        "properties": {"who": {"type": "string", "enum": list(_WHO)}},
        "required": ["who"],
        "additionalProperties": False,
    },
)


def answered_by_tools(policy: OutboundPolicy | None) -> tuple[ToolSpec, ...]:
    """The tool of a call of ours; nothing in a call that came in."""
    return () if policy is None else (_TOOL,)


class AnsweredBy:
    """What the model's report means for the call."""

    def __init__(self, parts: Parts, ending: Ending) -> None:
        self._parts = parts
        self._ending = ending

    def called(self, called: e.ToolCalled, now: float) -> None:
        """The model reports. A machine is left a message, if there is one, and the call ends; a human is talked to."""
        parts, policy = self._parts, self._parts.settings.outbound
        if policy is None or not parts.tools.opened(called, now, ours=True):
            return
        who = (parse_object(called.arguments) or {}).get("who")
        if who not in _WHO:
            output = error_output("`who` must be human or voicemail")
            parts.do(*parts.tools.answer(called.tool_call_id, "error", output, None, now))
            return
        if parts.once("answered_by"):
            parts.do(AnsweredByNoted(who))
        parts.do(*parts.tools.answer(called.tool_call_id, "ok", json.dumps({"ok": True}), None, now))
        if who == "voicemail":
            parts.tools.excuse(called.reply_id)
            self._leave(policy.message, now)

    def _leave(self, message: str, now: float) -> None:
        self._parts.cut_off(now, cancel=True)
        if not message:
            self._ending.depart("voicemail", now)
            return
        self._ending.end("voicemail", now, goodbye=False)
        self._parts.replies.want(c.AskForReply(exactly=Words(message)))
