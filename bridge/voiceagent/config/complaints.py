"""Refused settings in words: which key, its value, where it stands, what was expected, and what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from voiceagent.config.names import keys
from voiceagent.config.schema import Settings
from voiceagent.errors import UserError

Where = Callable[[str], str]
"""The place a dotted key came from, in words."""

_MOST = 5


def refused(error: ValidationError, where: Where) -> UserError:
    """pydantic's findings as one UserError; the first few, one a line."""
    problems = error.errors(include_url=False)
    told = [_problem(problem, where) for problem in problems[:_MOST]]
    sentences = [sentence for sentence, _ in told]
    if len(problems) > _MOST:
        sentences.append(f"and {len(problems) - _MOST} more")
    remedy = next((remedy for _, remedy in told if remedy), "")
    return UserError("\n".join(sentences), remedy=remedy or "mend the value; `voiceagent config show` lists all settings")


def secret_in_file(key: str, place: str) -> UserError:
    """A secret that stands where it would be committed."""
    name = keys()[key].env[0]
    return UserError(
        f"`{key}` is a secret and stands in {place}",
        remedy=f"take it out of there and put {name}=… into .env, which git ignores, or into the environment",
    )


def _problem(problem: Any, where: Where) -> tuple[str, str]:
    location = [str(part) for part in problem["loc"] if part != "[key]"]
    dotted = ".".join(location)
    kind = problem["type"]
    if kind == "extra_forbidden":
        near = nearest(location)
        sentence = f"`{dotted}` ({where(dotted)}) is not a setting"
        return sentence + (f"; did you mean `{near}`?" if near else ""), f"rename it to `{near}`" if near else "remove it"
    if kind == "missing":
        return f"`{dotted}` is missing ({where('.'.join(location[:-1]))})", "add it"
    expected = _expected(problem)
    return f"`{dotted}` is {_shown(dotted, problem.get('input'))} ({where(dotted)}); expected {expected}", ""


def _expected(problem: Any) -> str:
    message = str(problem["msg"])
    if problem["type"] == "model_type":
        return "a table"
    for opening in ("Input should be ", "Value error, "):
        if message.startswith(opening):
            return message[len(opening) :].split(", unable to parse")[0]
    if message.startswith("String should match pattern"):
        return message.replace("String should match pattern", "text matching")
    return message


def _shown(dotted: str, value: Any) -> str:
    key = keys().get(dotted)
    if key is not None and key.secret:
        return "not shown"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def nearest(location: Sequence[str]) -> str | None:
    """The setting that was probably meant: a similar name beside it, else the same name in another table."""
    *tables, name = location
    siblings = _siblings(tables)
    close = difflib.get_close_matches(name, siblings, n=1, cutoff=0.6) or [
        sibling for sibling in siblings if sibling.startswith(name) or name.startswith(sibling)
    ]
    if close:
        return ".".join([*tables, close[0]])
    elsewhere = [key for key in keys() if key.rsplit(".", 1)[-1] == name]
    return elsewhere[0] if len(elsewhere) == 1 else None


def _siblings(tables: Sequence[str]) -> list[str]:
    """The names a table may hold, following nested tables, tables of tables and lists of tables."""
    model: Any = Settings
    for part in tables:
        if isinstance(model, type) and issubclass(model, BaseModel):
            field = model.model_fields.get(part)
            model = field.annotation if field else None
        else:
            model = _held(model)
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _held(annotation: Any) -> Any:
    arguments = getattr(annotation, "__args__", ())
    return arguments[-1] if arguments else None
