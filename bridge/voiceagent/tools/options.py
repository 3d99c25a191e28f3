"""What `@tool(…)` may be given, checked when the project is loaded, and what it means as the policy of a call."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf

from voiceagent.call.policies import SecretEntry, ToolPolicy
from voiceagent.errors import UserError
from voiceagent.tools.define import KeyEntry, ToolOptions

_FIELD = re.compile(r"\{(\w+)\}")
_MOST_KEYS = 64
_MOST = 1e9  # seconds or calls: more than any call has, and still a number that a clock can count to


def check_options(options: ToolOptions, *, parameters: tuple[str, ...], secret: tuple[str, ...], where: str) -> None:
    """Raises UserError for an option that cannot be meant. `parameters` are the model's, `secret` those for typed digits."""
    for name in ("name", "description", "filler"):
        _check_text(name, getattr(options, name), where)
    _check_number("timeout_seconds", options.timeout_seconds, where, most=inf)
    _check_number("max_seconds", options.max_seconds, where)
    _check_number("max_calls", options.max_calls, where, whole=True)
    _check_number("filler_after_seconds", options.filler_after_seconds, where, least_is_zero=True, most=inf)
    _check_question(options.ask_first, parameters, where)
    if options.keys is None and secret:
        raise UserError(
            f"{where}: parameter `{secret[0]}` is SecretDigits, and nobody asks for them",
            remedy='say what to ask: @tool(keys=KeyEntry(prompt="Please type …"))',
        )
    if options.keys is not None:
        _check_keys(options.keys, secret, where)
        if options.ask_first:
            raise UserError(
                f"{where}: it has both ask_first and keys", remedy="who types the digits has agreed: leave ask_first out"
            )


def _check_text(name: str, value: object, where: str) -> None:
    if value is not None and not isinstance(value, str):
        raise UserError(f"{where}: {name} is {value!r}", remedy="give text, or leave it out")


def _check_number(
    name: str, value: object, where: str, *, whole: bool = False, least_is_zero: bool = False, most: float = _MOST
) -> None:
    """An author's `@tool` may hold anything; True is no number here, and nothing can be compared with nan."""
    if value is None:
        return
    fits = (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and not (whole and isinstance(value, float))
        and (0 < value <= most or (least_is_zero and value == 0))
    )
    if not fits:
        kind = "a whole number" if whole else "a number"
        least = "of 0 or more" if least_is_zero else "above 0"
        bound = "" if most == inf else f" and up to {most:g}"
        raise UserError(f"{where}: {name} is {value!r}", remedy=f"give {kind} {least}{bound}, or leave it out")


def _check_question(question: object, parameters: tuple[str, ...], where: str) -> None:
    if question is not None and not isinstance(question, bool | str):
        raise UserError(f"{where}: ask_first is {question!r}", remedy="give the question as text, or True for tools.ask_first")
    for field in _FIELD.findall(question) if isinstance(question, str) else ():
        if field not in parameters:
            known = ", ".join(parameters) or "none"
            raise UserError(
                f"{where}: ask_first has {{{field}}}, and there is no such parameter", remedy=f"the parameters are: {known}"
            )


def _check_keys(entry: object, secret: tuple[str, ...], where: str) -> None:
    if not isinstance(entry, KeyEntry):
        raise UserError(f"{where}: keys is {entry!r}", remedy='write keys=KeyEntry(prompt="Please type …")')
    for name in ("prompt", "end_key"):
        _check_text(f"keys.{name}", getattr(entry, name), where)
    for name in ("least", "most", "pause_seconds", "first_key_seconds"):
        _check_number(f"keys.{name}", getattr(entry, name), where, whole=name in ("least", "most"))
    if len(secret) != 1:
        raise UserError(
            f"{where}: keys are asked for, and {len(secret)} parameters take them",
            remedy="give it exactly one parameter of type SecretDigits",
        )
    if not 1 <= entry.least <= entry.most <= _MOST_KEYS:
        raise UserError(
            f"{where}: keys has least {entry.least} and most {entry.most}",
            remedy=f"1 <= least <= most <= {_MOST_KEYS}",
        )
    if entry.end_key not in ("", "#") or not entry.prompt.strip():
        raise UserError(f"{where}: keys needs a prompt, and `#` or nothing as end_key", remedy="`*` gives up, so it cannot end")


def policy_of(options: ToolOptions, defaults: ToolPolicy, *, question: str) -> ToolPolicy:
    """The policy of a tool: what its decorator says, over the settings' `defaults`. `question` is for a bare `ask_first`."""
    policy = defaults
    if options.ask_first:
        policy = replace(policy, ask_first=question if options.ask_first is True else options.ask_first)
    if options.filler is not None:
        policy = replace(policy, filler=options.filler)
    if options.filler_after_seconds is not None:
        policy = replace(policy, filler_after_ms=options.filler_after_seconds * 1000)
    if options.max_calls is not None:
        policy = replace(policy, most_calls=options.max_calls)
    if options.max_seconds is not None:
        policy = replace(policy, most_ms=options.max_seconds * 1000)
    return replace(policy, keys=_entry(options.keys)) if options.keys is not None else policy


def _entry(keys: KeyEntry) -> SecretEntry:
    return SecretEntry(
        prompt=keys.prompt,
        least=keys.least,
        most=keys.most,
        end_key=keys.end_key,
        pause_ms=keys.pause_seconds * 1000,
        first_key_ms=keys.first_key_seconds * 1000,
        mute=keys.mute,
    )
