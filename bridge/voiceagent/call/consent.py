"""Whether somebody agreed: words of consent, and none of refusal, in what was said.

Anything else is no consent, a question in return and a "yes, but" included: doing what nobody wanted costs more than asking
again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

Answer = Literal["yes", "no", "unclear"]

_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FIELD = re.compile(r"\{(\w+)\}")


def answer_of(text: str, yes: Iterable[str], no: Iterable[str]) -> Answer:
    """What a turn of the caller's means as the answer to a question that wants a yes."""
    if _has(text, no):
        return "no"
    return "yes" if _has(text, yes) and "?" not in text else "unclear"


def question_of(template: str, arguments: str) -> str:
    """The question to the caller, with the model's arguments filled in; digits are read one by one."""
    try:
        values = json.loads(arguments)
    except (ValueError, RecursionError):
        values = None
    known: Mapping[str, Any] = values if isinstance(values, dict) else {}
    return " ".join(_FIELD.sub(lambda field: _spoken(known.get(field[1])), template).split())


def _spoken(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    return " ".join(text) if text.isdigit() and len(text) > 2 else text


def _has(text: str, phrases: Iterable[str]) -> bool:
    said = f" {_plain(text)} "
    return any(f" {plain} " in said for phrase in phrases if (plain := _plain(phrase)))


def _plain(text: str) -> str:
    return " ".join(word.replace("’", "'") for word in _WORDS.findall(text.casefold()))
