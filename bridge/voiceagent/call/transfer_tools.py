"""The tools by which the model hands a caller to a human: how the engine must know them, and what it writes into them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.call.commands import ToolSpec
from voiceagent.call.settings import TargetPolicy

REQUEST_TRANSFER = "request_transfer"
HUMAN_DECIDED = "human_decided"

REASON = {"type": "string", "description": "why, in a few words"}
_SUMMARY = {"type": "string", "description": "what the human must know of the call so far, in one or two sentences"}

_DECIDED_TOOL = ToolSpec(
    name=HUMAN_DECIDED,
    description="Only while you ask a human whom you called: whether they take the caller.",
    parameters={
        "type": "object",
        "properties": {"accepted": {"type": "boolean"}},
        "required": ["accepted"],
        "additionalProperties": False,
    },
)


def transfer_tools(targets: Mapping[str, TargetPolicy]) -> tuple[ToolSpec, ...]:
    """What the model may do about humans; nothing without a target."""
    if not targets:
        return ()
    consults = any(policy.mode == "consult" for policy in targets.values())
    return (_transfer_tool(targets), _DECIDED_TOOL) if consults else (_transfer_tool(targets),)


def _transfer_tool(targets: Mapping[str, TargetPolicy]) -> ToolSpec:
    about = "; ".join(f"{name}: {policy.description}" if policy.description else name for name, policy in targets.items())
    properties = {"target": {"type": "string", "enum": list(targets), "description": about}, "reason": REASON}
    if any(policy.mode != "join" for policy in targets.values()):  # a human who merely joins is told nothing
        properties["summary"] = _SUMMARY
    return ToolSpec(
        name=REQUEST_TRANSFER,
        description="Transfer the caller to a human. Tell the caller first; the result comes only if the transfer fails.",
        parameters={
            "type": "object",
            "properties": properties,
            "required": ["target", "reason"],
            "additionalProperties": False,
        },
    )


@dataclass(frozen=True, slots=True)
class TransferRequest:
    """Validated arguments of `request_transfer`."""

    target: str
    reason: str
    summary: str = ""


def parse_transfer(arguments: str, targets: Mapping[str, TargetPolicy]) -> TransferRequest | str:
    """The request, or a sentence for the model that says what is wrong with it."""
    values = parse_object(arguments)
    if values is None:
        return "the arguments are not a JSON object"
    target = values.get("target")
    if not isinstance(target, str) or target not in targets:
        return f"there is no target {json.dumps(target)}; the targets are {', '.join(targets) or 'none'}"
    return TransferRequest(target, _text(values.get("reason", "")), _text(values.get("summary", "")))


def parse_decision(arguments: str) -> bool | None:
    """What the human decided; None when it is not said."""
    accepted = (parse_object(arguments) or {}).get("accepted")
    return accepted if isinstance(accepted, bool) else None


def parse_object(arguments: str) -> dict[str, Any] | None:
    """The JSON object that the model wrote, if it is one."""
    try:
        values = json.loads(arguments)
    except (ValueError, RecursionError):  # the model writes this text: any depth, any nonsense
        return None
    return values if isinstance(values, dict) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
