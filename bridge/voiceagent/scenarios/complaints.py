"""A refused scenario in words: file and line, key, what stands there, what was expected, and what to do."""

from __future__ import annotations

import difflib
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ValidationError

from voiceagent.errors import UserError
from voiceagent.scenarios.schema import EXPECTATIONS, STEPS, Scenario
from voiceagent.scenarios.written import Place, Written

_MOST = 5
REMEDY = "docs/scenarios.md lists what a scenario may hold"


def refused(error: ValidationError, written: Written) -> UserError:
    """pydantic's findings as one UserError, one a line."""
    found = error.errors(include_url=False)
    # A table that fits no table also fails to be the word `none`, which is no news.
    problems = [one for one in found if one["type"] != "literal_error" or not isinstance(one["input"], dict)] or found
    sentences = [_sentence(problem, written) for problem in problems[:_MOST]]
    if len(problems) > _MOST:
        sentences.append(f"and {len(problems) - _MOST} more")
    return UserError("\n".join(dict.fromkeys(sentences)), remedy=REMEDY)


def _sentence(problem: Any, written: Written) -> str:
    place = _place(problem["loc"], written.values)
    at, kind = written.where(place), problem["type"]
    if kind == "extra_forbidden":
        return _ended(f"{at}: `{_dotted(place)}` is not known here{_meant(str(place[-1]), _names(problem['loc']))}")
    if kind == "missing":
        missing = str(problem["loc"][-1])
        return f"{at}: `{_dotted((*place, missing))}` is missing."
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _ended(f"{at}: {_untold(problem['loc'], problem.get('input'))}")
    if not place:
        return f"{at}: a scenario has {_expected(problem)}."
    return f"{at}: `{_dotted(place)}` is {_shown(problem.get('input'))}; expected {_expected(problem)}."


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith("?") else f"{sentence}."


def _place(loc: tuple[Any, ...], values: Any) -> Place:
    """The part of pydantic's location that is in the file: it also names the kinds of unions, which nobody wrote.

    A step's kind is named like its key, so what follows the number of a step or an expectation is passed over.
    """
    place: list[str | int] = []
    for before, part in pairwise((None, None, *loc)):
        if isinstance(before, int) and place[-2:-1] in (["steps"], ["expect"]):
            continue
        if (isinstance(values, dict) and part in values) or (isinstance(values, list) and isinstance(part, int)):
            values = values[part]
            place.append(part)
    return tuple(place)


def _dotted(place: Place) -> str:
    text = ""
    for part in place:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def _untold(loc: tuple[Any, ...], value: Any) -> str:
    """A step or an expectation whose kind cannot be told."""
    kinds, what = (EXPECTATIONS, "An expectation") if "expect" in loc else (STEPS, "A step")
    if not isinstance(value, dict):
        return f"{what} is a mapping such as `{next(iter(kinds))}: hello`; this is {_shown(value)}"
    found = [key for key in kinds if key in value]
    if found:
        return f"{what} has exactly one of {', '.join(kinds)}; this one has {' and '.join(found)}"
    keys = [str(key) for key in value if key not in ("expect", "after_ms", "within_ms")]
    meant = _meant(keys[0] if keys else "", list(kinds))
    return f"{what} has one of {', '.join(kinds)}; this one has {', '.join(keys) or 'none'}{meant if 'mean' in meant else ''}"


def _names(loc: tuple[Any, ...]) -> list[str]:
    """The keys that are known where an unknown one stands: of the innermost model on the way there."""
    kinds = {**STEPS, **EXPECTATIONS}
    model: type[BaseModel] = Scenario
    for before, part in pairwise((None, *loc[:-1])):
        if isinstance(before, int) and part in kinds:
            model = kinds[part]
        elif isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _model_in(part))), None)


def _meant(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean `{near[0]}`?" if near else f"; known are {', '.join(known)}" if known else ""


def _expected(problem: Any) -> str:
    message = str(problem["msg"])
    for opening in ("Input should be ", "Value error, "):
        if message.startswith(opening):
            return message[len(opening) :].split(", unable to parse")[0]
    if message.startswith("String should match pattern"):
        return "keys of a phone, 0-9 * # A-D" if problem["loc"][-1] == "dtmf" else "a number such as +14255550142, or a raw id"
    if problem["type"] == "string_too_short":
        return "words"
    return (
        "a table of keys"
        if problem["type"] in ("model_type", "model_attributes_type", "dict_type")
        else message[:1].lower() + message[1:]
    )


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if value is None:
        return "empty"
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
