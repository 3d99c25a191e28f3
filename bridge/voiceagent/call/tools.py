"""Which tool calls the engine waits for, and when all calls of one reply are answered so that it may speak again.

Every call gets exactly one output, whatever happens: the engine would otherwise wait for ever. `request_transfer` and
`end_call` belong to the session itself and never reach the tool runner.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.call.commands import CancelTool, Command, GiveToolResult, RunTool, ToolNoted, ToolSpec, Warned
from voiceagent.call.events import ToolCalled, ToolOutcome
from voiceagent.call.policies import ToolPolicy
from voiceagent.call.settings import TargetPolicy
from voiceagent.call.transfer_tools import REASON, transfer_tools
from voiceagent.discreet import Words

END_CALL = "end_call"
SEND_KEYS = "send_keys"

MOST_SENT = 36
"""Keys at once: the service takes 18 in a request, and nobody types a longer number."""

GRACE_MS = 2_000
"""How much longer than its time-out we wait for a tool runner before answering for it."""

FILLER_AGAIN_MS = 500
"""Somebody is talking when a filler is due: that fills as well, and it is looked at again after this."""

_NO_POLICY = ToolPolicy()


def builtin_tools(targets: Mapping[str, TargetPolicy], *, send_keys: bool = False) -> tuple[ToolSpec, ...]:
    """The session's own tools as the engine must know them; no transfer without a target, no keys unless they may be sent."""
    return (*transfer_tools(targets), *((_SEND_KEYS_TOOL,) if send_keys else ()), _END_CALL_TOOL)


REASON_ONLY: Mapping[str, Any] = {
    "type": "object",
    "properties": {"reason": REASON},
    "required": ["reason"],
    "additionalProperties": False,
}

_END_CALL_TOOL = ToolSpec(
    name=END_CALL,
    description="End the phone call. Say goodbye first; the call ends when the caller has heard it.",
    parameters=REASON_ONLY,
)

_SEND_KEYS_TOOL = ToolSpec(
    name=SEND_KEYS,
    description="Press keys of the telephone, to get through a menu at the other end.",
    parameters={
        "type": "object",
        "properties": {"keys": {"type": "string", "pattern": f"^[0-9*#A-D]{{1,{MOST_SENT}}}$", "description": "in order"}},
        "required": ["keys"],
        "additionalProperties": False,
    },
)


def parse_keys(arguments: str) -> str | None:
    """The keys to be sent; None when there are none, too many, or others than a telephone has."""
    try:
        values = json.loads(arguments)
    except (ValueError, RecursionError):
        return None
    keys = values.get("keys") if isinstance(values, dict) else None
    fits = isinstance(keys, str) and 0 < len(keys) <= MOST_SENT and set(keys) <= set("0123456789*#ABCD")
    return keys if fits else None


def error_output(sentence: str) -> str:
    """A tool output that says what went wrong."""
    return json.dumps({"error": sentence}, ensure_ascii=False)


@dataclass(slots=True)
class _Call:
    called: ToolCalled
    began_at: float
    overdue_at: float | None = None
    filler_at: float | None = None
    running: bool = False


class ToolCalls:
    """The open tool calls of one call. `policies` by tool; a tool without one runs at once, unbounded but for its time."""

    def __init__(self, timeout_ms: int, policies: Mapping[str, ToolPolicy] | None = None) -> None:
        self._timeout_ms = timeout_ms
        self._policies = policies or {}
        self._open: dict[str, _Call] = {}
        self._known: set[str] = set()
        self._owed: set[str] = set()  # replies that the engine made calls in and was not yet asked to go on after
        self._ended: set[str] = set()  # those of them that are complete
        self._runs: Counter[str] = Counter()
        self._spent_ms: Counter[str] = Counter()

    @property
    def busy(self) -> bool:
        """True while an output or the reply to it is still owed."""
        return bool(self._open or self._owed)

    def policy(self, name: str) -> ToolPolicy:
        """How the call treats a tool."""
        return self._policies.get(name, _NO_POLICY)

    def opened(self, called: ToolCalled, now: float, *, ours: bool = False) -> bool:
        """Remember a call; False if it was announced before. `ours`: no time-out, the session answers it itself."""
        if called.tool_call_id in self._known:
            return False
        self._known.add(called.tool_call_id)
        self._open[called.tool_call_id] = _Call(called, now)
        self._owed.add(called.reply_id)
        if not called.item_id:
            self._ended.add(called.reply_id)  # no reply of the engine's that would end
        if not ours:
            self._began(self._open[called.tool_call_id], now)
        return True

    def refusal(self, name: str) -> str | None:
        """Why a tool may not run any more in this call, as a sentence for the model."""
        policy, runs, spent = self.policy(name), self._runs[name], self._spent_ms[name]
        if policy.most_calls is not None and runs >= policy.most_calls:
            times = "once" if runs == 1 else f"{runs} times"
            return f"{name} was run {times} in this call, and may not run again. Go on without it."
        if policy.most_ms is not None and spent >= policy.most_ms:
            return f"{name} has used up its time in this call, and may not run again. Go on without it."
        return None

    def run(self, called: ToolCalled, now: float) -> list[Command]:
        """Have one of the user's tools run, unless it has had its share of the call."""
        if not self.opened(called, now, ours=True):
            return []
        refusal = self.refusal(called.name)
        if refusal is not None:
            return self.answer(called.tool_call_id, "error", error_output(refusal), None, now)
        return self.start(called.tool_call_id, now)

    def start(self, tool_call_id: str, now: float, *, with_keys: bool = False) -> list[Command]:
        """Have a call run that was opened before; nothing if it is over."""
        call = self._open.get(tool_call_id)
        if call is None:
            return []
        self._began(call, now)
        name, timeout_ms = call.called.name, self._timeout_ms
        most_ms = self.policy(name).most_ms
        if most_ms is not None:
            timeout_ms = max(1, min(timeout_ms, int(most_ms - self._spent_ms[name])))
        return [RunTool(tool_call_id, name, call.called.arguments, timeout_ms, with_keys)]

    def _began(self, call: _Call, now: float) -> None:
        policy = self.policy(call.called.name)
        self._runs[call.called.name] += 1
        call.began_at, call.running = now, True
        call.overdue_at = now + self._timeout_ms + GRACE_MS
        call.filler_at = now + policy.filler_after_ms if policy.filler else None

    def answer(
        self, tool_call_id: str, outcome: ToolOutcome, output: str, duration_ms: float | None, now: float
    ) -> list[Command]:
        """Give an output to the engine. Nothing for a call that is answered or unknown."""
        note = self.close(tool_call_id, outcome, output, duration_ms, now)
        return [GiveToolResult(tool_call_id, output), *note] if note else []

    def close(
        self, tool_call_id: str, outcome: ToolOutcome, output: str, duration_ms: float | None, now: float
    ) -> list[Command]:
        """Note how a call ended, without telling the engine."""
        call = self._open.pop(tool_call_id, None)
        if call is None:
            return []
        took = now - call.began_at if duration_ms is None else duration_ms
        if call.running:
            self._spent_ms[call.called.name] += int(took)
        return [ToolNoted(call.called.name, Words(call.called.arguments), Words(output), outcome, took)]

    def reply_ended(self, reply_id: str) -> None:
        if reply_id in self._owed:
            self._ended.add(reply_id)

    def excuse(self, reply_id: str) -> None:
        """No reply is wanted after the calls of this one."""
        self._owed.discard(reply_id)
        self._ended.discard(reply_id)

    def settle(self, now: float) -> list[Command]:
        """Answer for a tool runner that does not."""
        out: list[Command] = []
        for tool_call_id, call in list(self._open.items()):
            if call.overdue_at is not None and now >= call.overdue_at:
                name = call.called.name
                out += [CancelTool(tool_call_id), Warned("tool_overdue", f"the tool {name} never returned")]
                out += self.answer(tool_call_id, "timeout", error_output(f"{name} took too long"), None, now)
        return out

    def filler(self, now: float, *, quiet: bool) -> str | None:
        """What to say about a tool that takes long, once for each call of it; later when it is not `quiet` now."""
        due = [call for call in self._open.values() if call.filler_at is not None and now >= call.filler_at]
        for call in due:  # one sentence fills the time of all of them
            call.filler_at = None if quiet else now + FILLER_AGAIN_MS
        return self.policy(due[0].called.name).filler if due and quiet else None

    def reply_is_owed(self) -> bool:
        """True, once, when a reply is complete and all its calls are answered: the engine shall go on."""
        waiting = {call.called.reply_id for call in self._open.values()}
        done = {reply_id for reply_id in self._ended if reply_id not in waiting}
        self._ended -= done
        self._owed -= done
        return bool(done)

    def cancel_all(self, now: float) -> list[Command]:
        """The call is over: nobody waits for the open ones."""
        out: list[Command] = []
        for tool_call_id, call in list(self._open.items()):
            if call.running:
                out.append(CancelTool(tool_call_id))
            out += self.close(tool_call_id, "cancelled", error_output("the call is over"), None, now)
        self._owed.clear()
        self._ended.clear()
        return out

    def deadline(self) -> float | None:
        bounds = [due for call in self._open.values() for due in (call.overdue_at, call.filler_at)]
        return min((due for due in bounds if due is not None), default=None)
