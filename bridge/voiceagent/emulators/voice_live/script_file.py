"""Scripts as files: YAML (or JSON, which is YAML) with the turns of `Scripted`, each mistake told by its turn and name.

repeat: true
turns:
  - hear: where is my order
    call: {lookup_order: {order_id: "4271"}}
  - expect: shipped
    say: It has been shipped.
    ms: 1500
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from voiceagent.emulators.voice_live.scripted import Scripted, Turn
from voiceagent.errors import UserError

REMEDY = "docs/emulators/voice-live.md has a script."
_KINDS: Mapping[str, tuple[type, ...]] = {
    "say": (str,),
    "hear": (str,),
    "expect": (str,),
    "unheard": (str,),
    "ms": (int,),
    "wait_ms": (int,),
    "call": (dict, list),
    "emit": (list,),
}


def read_script(path: Path) -> Scripted:
    """The script in a file; raises UserError."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise UserError(f"{path} cannot be read: {problem.strerror}.", remedy=REMEDY) from problem
    except (YAMLError, ValueError) as problem:
        raise UserError(f"{path} is not YAML.", remedy=REMEDY) from problem
    turns = document.get("turns") if isinstance(document, dict) else document
    if not isinstance(turns, list) or not turns:
        raise UserError(f"{path} has no `turns`.", remedy=REMEDY)
    repeat = document.get("repeat", False) if isinstance(document, dict) else False
    return Scripted([_turn(turn, f"turn {number} of {path}") for number, turn in enumerate(turns, 1)], repeat=bool(repeat))


def _turn(source: Any, where: str) -> Turn:
    if not isinstance(source, dict):
        raise UserError(f"{where} is not a list of names with values.", remedy=REMEDY)
    for name, value in source.items():
        if name not in _KINDS:
            raise UserError(f"{where} has `{name}`, which is none of {', '.join(_KINDS)}.", remedy=REMEDY)
        if not isinstance(value, _KINDS[name]) or isinstance(value, bool):
            raise UserError(f"`{name}` in {where} is {value!r}.", remedy=REMEDY)
    given = dict(source)
    if "call" in given:
        given["call"] = _calls(given["call"], where)
    for event in given.get("emit") or ():
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            raise UserError(f"`emit` in {where} has an event without a `type`.", remedy=REMEDY)
    return Turn(**given)


def _calls(source: Any, where: str) -> list[tuple[str, Mapping[str, Any]]]:
    """Functions by name with their arguments; a list of such when one is called twice."""
    named = source if isinstance(source, list) else [source]
    calls: list[tuple[str, Mapping[str, Any]]] = []
    for one in named:
        if not isinstance(one, dict):
            raise UserError(f"`call` in {where} is not a function's name with its arguments.", remedy=REMEDY)
        for name, arguments in one.items():
            if not isinstance(arguments or {}, dict):
                raise UserError(f"The arguments of `{name}` in {where} are no names with values.", remedy=REMEDY)
            calls.append((str(name), arguments or {}))
    return calls
