"""What `@tool(…)` may be given, checked when the project is loaded, and what it means as the policy of a call."""

from __future__ import annotations

import re
from dataclasses import replace

from voiceagent.call.policies import SecretEntry, ToolPolicy
from voiceagent.errors import UserError
from voiceagent.tools.define import KeyEntry, ToolOptions

_FIELD = re.compile(r"\{(\w+)\}")
_MOST_KEYS = 64


def check_options(options: ToolOptions, *, parameters: tuple[str, ...], secret: tuple[str, ...], where: str) -> None:
    """Raises UserError for an option that cannot be meant. `parameters` are the model's, `secret` those for typed digits."""
    for name in ("timeout_seconds", "max_calls", "max_seconds"):
        value = getattr(options, name)
        if value is not None and value <= 0:
            raise UserError(f"{where}: {name} is {value}", remedy="give a number above 0, or leave it out")
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


def _check_question(question: bool | str | None, parameters: tuple[str, ...], where: str) -> None:
    for field in _FIELD.findall(question) if isinstance(question, str) else ():
        if field not in parameters:
            known = ", ".join(parameters) or "none"
            raise UserError(
                f"{where}: ask_first has {{{field}}}, and there is no such parameter", remedy=f"the parameters are: {known}"
            )


def _check_keys(entry: KeyEntry, secret: tuple[str, ...], where: str) -> None:
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
