"""The rules that follow from the tools alone, for an agent whose author wrote none: names, descriptions and schemas say what a
tool is about and what it needs. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from voiceagent.config.schema import ThinkerRule, ThinkerSlot

Tool = Mapping[str, Any]

TRANSFER, END, HAND_TO = "request_transfer", "end_call", "hand_to_"

_PERSON = [
    "human", "agent", "operator", "representative", "supervisor", "manager", "real person", "customer service",
    "transfer me", "put me through", "connect me",
    r"re:\b(speak|talk|chat) (to|with) (a|an|the|some)\w*( real| live)? ?(person|one|body|human|support)?",
]  # fmt: skip
_GOODBYE = ["goodbye", "good bye", "bye", "that is all", "that's all", "nothing else", "no thanks", "no thank you"]
_EMPTY_WORDS = frozenset([
    "get", "set", "find", "look", "lookup", "fetch", "check", "read", "list", "show", "make", "do", "run", "call", "tool",
    "query", "search", "give", "tell", "the", "and", "for", "with", "from", "this", "that", "into", "about", "its", "their",
    "caller", "user", "returns", "return", "when", "what", "which", "use", "used", "using", "current", "details", "by",
    "can", "will", "one", "only", "given", "has", "have", "his", "her", "any", "all", "are", "not", "you", "your", "they",
    "them", "our",
])  # fmt: skip
"""Words of names and descriptions that say nothing about the subject."""
_NUMBER_LIKE = re.compile(r"(^|_)(id|number|no|code|pin|digits|phone|zip|account|reference|ref)$", re.IGNORECASE)
_EXACT_DIGITS = re.compile(r"^\^?(?:\\d|\[0-9\])\{(\d+)(?:,(\d+))?\}\$?$")


def rules_for(written: Sequence[ThinkerRule], tools: Sequence[Tool]) -> list[ThinkerRule]:
    """The rules to think by: those written, or ones derived from the tools; and always a way to a person and to the end.

    Rules whose tool is not offered now come last: another agent of the call may have a better one for the same words.
    """
    used, offered = {rule.tool for rule in written}, {tool.get("name") for tool in tools}
    builtin = [_builtin(tool) for tool in tools if tool.get("name") in (TRANSFER, END) and tool["name"] not in used]
    if written:
        return sorted([*written, *builtin], key=lambda rule: bool(rule.tool) and rule.tool not in offered)
    return [*builtin, *(_derived(tool) for tool in tools if tool.get("name") not in (TRANSFER, END))]


def _builtin(tool: Tool) -> ThinkerRule:
    if tool["name"] == END:
        return ThinkerRule(
            name="goodbye",
            match=_GOODBYE,
            tool=END,
            arguments={"reason": "{utterance}"},
            reply="Thank you for calling. Goodbye.",
        )
    targets = _properties(tool).get("target", {}).get("enum") or [""]
    return ThinkerRule(
        name="a person",
        match=_PERSON,
        tool=TRANSFER,
        arguments={"target": targets[0], "reason": "{utterance}"},
        reply="Sure, I will connect you. One moment, please.",
    )


def _derived(tool: Tool) -> ThinkerRule:
    required = _parameters(tool).get("required", [])
    properties = _properties(tool)
    return ThinkerRule(
        name=str(tool["name"]),
        match=_subjects(tool),
        tool=str(tool["name"]),
        slots={name: _slot(name, properties.get(name, {})) for name in required},
    )


def _subjects(tool: Tool) -> list[str]:
    """The words a caller would use: those of the name, then the description's, each also in the plural."""
    words = re.findall(r"[a-z]+", str(tool["name"]).lower().replace("_", " "))
    words += re.findall(r"[a-z]{4,}", str(tool.get("description", "")).lower().split(".")[0])
    subjects = dict.fromkeys(word for word in words if word not in _EMPTY_WORDS and len(word) > 2)
    return [form for word in subjects for form in ((word,) if word.endswith("s") else (word, word + "s"))]


def _slot(name: str, schema: Mapping[str, Any]) -> ThinkerSlot:
    thing = name.removesuffix("_id").replace("_", " ") + (" number" if name.endswith("_id") else "")
    ask = f"What is the {thing}?"
    if choices := schema.get("enum"):
        options = [str(choice) for choice in choices]
        return ThinkerSlot(kind="choice", choices=options, ask=f"Which {thing}: {' or '.join(options)}?")
    if schema.get("type") == "boolean":
        return ThinkerSlot(kind="yes_no", ask=f"{thing.capitalize()}: yes or no?")
    if exact := _EXACT_DIGITS.match(str(schema.get("pattern", ""))):
        at_least = int(exact[1])
        return ThinkerSlot(kind="digits", min_digits=at_least, max_digits=int(exact[2] or at_least), ask=ask)
    if schema.get("type") in ("integer", "number") or _NUMBER_LIKE.search(name):
        return ThinkerSlot(kind="digits", ask=ask)
    return ThinkerSlot(kind="text", ask=ask)


def _parameters(tool: Tool) -> Mapping[str, Any]:
    found = tool.get("parameters")
    return found if isinstance(found, Mapping) else {}


def _properties(tool: Tool) -> Mapping[str, Any]:
    found = _parameters(tool).get("properties")
    return found if isinstance(found, Mapping) else {}
