"""What to say about a tool's result: the rule's template, a sentence about a transfer that failed, or a plain reading. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from voiceagent.config.schema import ThinkerRule
from voiceagent.speech.think.defaults import END, HAND_TO, TRANSFER
from voiceagent.speech.think.port import ToolWasCalled
from voiceagent.speech.think.templates import fill, look_up, spoken

_WENT_WRONG = "Sorry, something went wrong with that. Please try again in a moment."
_ANYTHING_ELSE = "Is there anything else I can do for you?"
_TRANSFER_FAILED = {
    "busy": f"I am sorry, the line is busy. {_ANYTHING_ELSE}",
    "no_answer": f"I am sorry, nobody answers at the moment. {_ANYTHING_ELSE}",
    "declined": f"I am sorry, nobody can take your call right now. {_ANYTHING_ELSE}",
    "failed": f"I am sorry, I could not connect you. {_ANYTHING_ELSE}",
}
_DECLINED = {
    "no": f"All right, I have not done that. {_ANYTHING_ELSE}",
    "unclear": f"I have not done that, because I did not hear a clear yes. {_ANYTHING_ELSE}",
    "no_answer": f"I did not hear an answer, so I have not done that. {_ANYTHING_ELSE}",
    "gave_up": f"All right, we leave that. {_ANYTHING_ELSE}",
    "too_few": f"I did not get enough digits, so nothing was done. {_ANYTHING_ELSE}",
    "nothing_typed": f"I did not get any digits, so nothing was done. {_ANYTHING_ELSE}",
}
"""About a tool that waited for the caller and did not run."""
_OUTCOME_FIELDS = ("outcome", "status", "result", "reason")
_SENTENCE_FIELDS = ("reply", "say", "message", "text", "answer", "summary")
"""Where tools put a whole sentence, when they have one."""


def tool_reply(rules: Sequence[ThinkerRule], call: ToolWasCalled, output: str) -> str:
    """The sentence for one result; "" when the call itself says enough (a transfer that succeeded, a goodbye)."""
    result = _read(output)
    fields = {**_object(_read(call.arguments)), "result": result, **_object(result)}
    rule = next((rule for rule in rules if rule.tool == call.name), None)
    for alternative in rule.reply_if if rule else ():
        if all(_fits(look_up(name, fields), wanted) for name, wanted in alternative.when.items()):
            return fill(alternative.reply, fields)
    if call.name == END:
        return ""
    if call.name == TRANSFER:
        return _transfer_reply(fields)
    if fields.get("error"):
        return _DECLINED.get(str(fields.get("declined")), _WENT_WRONG)
    if call.name.startswith(HAND_TO) and not (rule and rule.reply):
        return f"This is {spoken(call.name.removeprefix(HAND_TO))}. How can I help you?"
    return fill(rule.reply, fields) if rule and rule.reply else _plain_reading(result)


def _transfer_reply(fields: Mapping[str, Any]) -> str:
    outcomes = [str(fields.get(name, "")).lower().replace("-", "_").replace(" ", "_") for name in _OUTCOME_FIELDS]
    known = next((_TRANSFER_FAILED[outcome] for outcome in outcomes if outcome in _TRANSFER_FAILED), "")
    return known or (_TRANSFER_FAILED["failed"] if fields.get("error") else "")


def _plain_reading(result: Any) -> str:
    if not isinstance(result, Mapping):
        return spoken(result) if result not in (None, "", []) else f"Done. {_ANYTHING_ELSE}"
    sentence = next((result[name] for name in _SENTENCE_FIELDS if isinstance(result.get(name), str)), "")
    if sentence:
        return sentence
    known = {str(name): spoken(value) for name, value in result.items() if value not in (None, "", [])}
    # A value may be a sentence of its own; it is not said to end twice.
    facts = [f"The {spoken(name)} is {value.rstrip('.')}." for name, value in known.items()]
    return " ".join(facts) or f"Done. {_ANYTHING_ELSE}"


def _fits(found: Any, wanted: Any) -> bool:
    """Equal; for words in any case, for a list if any of it fits, for null if the field is missing."""
    if isinstance(wanted, list):
        return any(_fits(found, each) for each in wanted)
    if isinstance(found, str) and isinstance(wanted, str):
        return found.casefold() == wanted.casefold()
    return bool(found == wanted)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
