"""What the model's tool calls mean for the rest of the call: which are ours, when the agent goes on, what a farewell ends."""

from __future__ import annotations

import json

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.agents import Agents, handed_output
from voiceagent.call.answered_by import REPORT_ANSWERED_BY, AnsweredBy
from voiceagent.call.ending import Ending
from voiceagent.call.handover import Handover
from voiceagent.call.holding import Holding
from voiceagent.call.parts import Parts
from voiceagent.call.tools import END_CALL, MOST_SENT, SEND_KEYS, error_output, parse_keys
from voiceagent.call.transfer_tools import HUMAN_DECIDED, REQUEST_TRANSFER
from voiceagent.discreet import Words


class Errands:
    """The tool calls of one call and their consequences."""

    def __init__(self, parts: Parts, ending: Ending, handover: Handover, holding: Holding, agents: Agents) -> None:
        self._parts = parts
        self._ending = ending
        self._handover = handover
        self._holding = holding
        self._agents = agents
        self._engine_called: dict[str, float] = {}
        self._answered_by = AnsweredBy(parts, ending)
        self._spoken_reply: str | None = None  # the last reply of which audio came
        self._farewell_after: str | None = None  # the reply in which the model ended the call

    def settle(self, now: float) -> None:
        """Answer for tools that are late, fill the time of slow ones, and go on when all calls of a reply are answered."""
        parts = self._parts
        if parts.transfer.pending or parts.transfer.reached or parts.life.state == "ending":
            self._holding.drop(now)
        self._holding.settle(now)
        parts.do(*parts.tools.settle(now))
        quiet = parts.replies.quiet and not parts.speech.busy and parts.turns.silent and not parts.transfer.pending
        filler = parts.tools.filler(now, quiet=quiet)
        if filler is not None and parts.life.talking:
            parts.replies.want(c.AskForReply(exactly=Words(filler)))
        if parts.tools.reply_is_owed() and parts.life.state != "ending" and not parts.transfer.reached:
            parts.replies.want(c.AskForReply())

    def called(self, called: e.ToolCalled, now: float) -> None:
        """The model wants something done: by us, or by one of the user's tools."""
        self._parts.history.called(called)
        if called.name == END_CALL:
            self._end_called(called, now)
        elif called.name == REQUEST_TRANSFER and self._parts.settings.targets:
            self._handover.requested(called, now)
        elif called.name == HUMAN_DECIDED and self._parts.settings.targets:
            self._handover.decided(called, now)
        elif called.name == REPORT_ANSWERED_BY and self._parts.settings.outbound is not None:
            self._answered_by.called(called, now)
        elif called.name == SEND_KEYS and self._parts.settings.keys.send:
            self._keys_called(called, now)
        elif (agent := self._agents.meant(called.name)) is not None:
            self._hand_called(called, agent, now)
        else:
            self._theirs_called(called, now)

    def approval_asked(self, asked: e.ApprovalAsked, now: float) -> None:
        """The engine wants to run a tool of its own; whether that needs the caller's yes is a setting."""
        question = self._parts.settings.approvals.get(asked.server)
        if question:
            self._holding.hold_approval(asked, question, now)
        else:
            self._parts.do(c.AnswerApproval(asked.approval_id, True))

    def engine_tool_ran(self, ran: e.EngineToolRan, now: float) -> None:
        """The engine ran a tool of its own; its reply was over by then, so it has to be asked to speak about the result."""
        parts = self._parts
        took = now - self._engine_called.pop(ran.item_id, now)
        output = error_output(ran.failed) if ran.failed else ran.output
        outcome: e.ToolOutcome = "error" if ran.failed else "ok"
        parts.do(c.ToolNoted(f"{ran.server}_{ran.name}", Words(ran.arguments), Words(output), outcome, took))
        if parts.life.state != "ending" and not parts.transfer.reached:
            parts.replies.want(c.AskForReply())

    def engine_called(self, item_id: str, now: float) -> None:
        """An item of the engine's that is neither speech nor a call for us: it may be a tool of its own that begins."""
        self._engine_called[item_id] = now

    def returned(self, event: e.ToolReturned, now: float) -> None:
        """A tool of the user's ended; it may have handed the conversation to another agent."""
        answered = self._parts.tools.answer(event.tool_call_id, event.outcome, event.output, event.duration_ms, now)
        self._parts.do(*answered)
        if not event.hand_to or not answered or event.hand_to == self._agents.active:
            return
        if self._agents.has(event.hand_to):
            self._parts.do(*self._agents.hand_to(event.hand_to))
        else:
            self._parts.warn("agent_unknown", f"a tool handed the call to {event.hand_to}, which is not under [agents]")

    def keys_sent(self, event: e.KeysSent, now: float) -> None:
        """The telephony service pressed keys for us, or did not."""
        outcome: e.ToolOutcome = "error" if event.failure else "ok"
        output = error_output(event.failure) if event.failure else json.dumps({"ok": True})
        self._parts.do(*self._parts.tools.answer(event.tool_call_id, outcome, output, None, now))

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

    def _theirs_called(self, called: e.ToolCalled, now: float) -> None:
        parts = self._parts
        policy = parts.tools.policy(called.name)
        if not self._agents.knows(called.name):
            if parts.tools.opened(called, now, ours=True):
                sentence = f"{called.name} is not a tool of {self._agents.active}"
                parts.do(*parts.tools.answer(called.tool_call_id, "error", error_output(sentence), None, now))
        elif (policy.ask_first or policy.keys) and parts.tools.refusal(called.name) is None:
            self._holding.hold(called, policy, now)
        else:
            parts.do(*parts.tools.run(called, now))

    def _hand_called(self, called: e.ToolCalled, agent: str, now: float) -> None:
        parts = self._parts
        if parts.tools.opened(called, now, ours=True):
            parts.do(*self._agents.hand_to(agent))
            parts.do(*parts.tools.answer(called.tool_call_id, "ok", handed_output(agent), None, now))

    def _keys_called(self, called: e.ToolCalled, now: float) -> None:
        parts = self._parts
        if not parts.tools.opened(called, now, ours=True):  # a long number takes longer than a tool may; control always answers
            return
        keys = parse_keys(called.arguments)
        if keys is None:
            sentence = f"`keys` must be 1 to {MOST_SENT} of 0-9 * # A-D"
            parts.do(*parts.tools.answer(called.tool_call_id, "error", error_output(sentence), None, now))
        else:
            parts.do(c.SendKeys(called.tool_call_id, Words(keys)))

    def _end_called(self, called: e.ToolCalled, now: float) -> None:
        tools = self._parts.tools
        if not tools.opened(called, now, ours=True):
            return
        self._parts.do(*tools.answer(called.tool_call_id, "ok", json.dumps({"ok": True}), None, now))
        tools.excuse(called.reply_id)
        self._farewell_after = called.reply_id
        self._ending.end("agent_ended", now, goodbye=False)
