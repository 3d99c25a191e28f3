"""Which tool calls the engine waits for, and when all calls of one reply are answered so that it may speak again.

Every call gets exactly one output, whatever happens: the engine would otherwise wait for ever. `request_transfer` and
`end_call` belong to the session itself and never reach the tool runner.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.call.commands import CancelTool, Command, GiveToolResult, RunTool, ToolNoted, ToolSpec, Warned
from voiceagent.call.events import ToolCalled, ToolOutcome
from voiceagent.call.settings import TargetPolicy
from voiceagent.discreet import Words

REQUEST_TRANSFER = "request_transfer"
END_CALL = "end_call"

GRACE_MS = 2_000
"""How much longer than its time-out we wait for a tool runner before answering for it."""


def builtin_tools(targets: Mapping[str, TargetPolicy]) -> tuple[ToolSpec, ...]:
    """The session's own tools as the engine must know them; no transfer without a target."""
    return (_transfer_tool(targets), _END_CALL_TOOL) if targets else (_END_CALL_TOOL,)


_REASON = {"type": "string", "description": "why, in a few words"}

_END_CALL_TOOL = ToolSpec(
    name=END_CALL,
    description="End the phone call. Say goodbye first; the call ends when the caller has heard it.",
    parameters={
        "type": "object",
        "properties": {"reason": _REASON},
        "required": ["reason"],
        "additionalProperties": False,
    },
)


def _transfer_tool(targets: Mapping[str, TargetPolicy]) -> ToolSpec:
    about = "; ".join(f"{name}: {policy.description}" if policy.description else name for name, policy in targets.items())
    target = {"type": "string", "enum": list(targets), "description": about}
    return ToolSpec(
        name=REQUEST_TRANSFER,
        description="Transfer the caller to a human. Tell the caller first; the result comes only if the transfer fails.",
        parameters={
            "type": "object",
            "properties": {"target": target, "reason": _REASON},
            "required": ["target", "reason"],
            "additionalProperties": False,
        },
    )


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """Validated arguments of `request_transfer`."""

    target: str
    reason: str


def parse_transfer(arguments: str, targets: Mapping[str, TargetPolicy]) -> TransferRequest | str:
    """The request, or a sentence for the model that says what is wrong with it."""
    values = _parse_object(arguments)
    if values is None:
        return "the arguments are not a JSON object"
    target, reason = values.get("target"), values.get("reason", "")
    if not isinstance(target, str) or target not in targets:
        return f"there is no target {json.dumps(target)}; the targets are {', '.join(targets) or 'none'}"
    return TransferRequest(target, reason if isinstance(reason, str) else json.dumps(reason))


def _parse_object(arguments: str) -> dict[str, Any] | None:
    try:
        values = json.loads(arguments)
    except (ValueError, RecursionError):  # the model writes this text: any depth, any nonsense
        return None
    return values if isinstance(values, dict) else None


def error_output(sentence: str) -> str:
    """A tool output that says what went wrong."""
    return json.dumps({"error": sentence}, ensure_ascii=False)


@dataclass(slots=True)
class _Call:
    called: ToolCalled
    began_at: float
    overdue_at: float | None


class ToolCalls:
    """The open tool calls of one call."""

    def __init__(self, timeout_ms: int) -> None:
        self._timeout_ms = timeout_ms
        self._open: dict[str, _Call] = {}
        self._known: set[str] = set()
        self._owed: set[str] = set()  # replies that the engine made calls in and was not yet asked to go on after
        self._ended: set[str] = set()  # those of them that are complete

    @property
    def busy(self) -> bool:
        """True while an output or the reply to it is still owed."""
        return bool(self._open or self._owed)

    def opened(self, called: ToolCalled, now: float, *, ours: bool = False) -> bool:
        """Remember a call; False if it was announced before. `ours`: no time-out, the session answers it itself."""
        if called.tool_call_id in self._known:
            return False
        self._known.add(called.tool_call_id)
        overdue = None if ours else now + self._timeout_ms + GRACE_MS
        self._open[called.tool_call_id] = _Call(called, now, overdue)
        self._owed.add(called.reply_id)
        return True

    def run(self, called: ToolCalled, now: float) -> list[Command]:
        """Have one of the user's tools run."""
        if not self.opened(called, now):
            return []
        return [RunTool(called.tool_call_id, called.name, called.arguments, self._timeout_ms)]

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
            if call.overdue_at is not None:
                out.append(CancelTool(tool_call_id))
            out += self.close(tool_call_id, "cancelled", error_output("the call is over"), None, now)
        self._owed.clear()
        self._ended.clear()
        return out

    def deadline(self) -> float | None:
        return min((call.overdue_at for call in self._open.values() if call.overdue_at is not None), default=None)
