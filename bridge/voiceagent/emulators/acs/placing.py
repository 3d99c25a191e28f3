"""What testers ask for a call to be placed, further steps of it, the behaviour of people who are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voiceagent.emulators.acs.callees import Callee
from voiceagent.emulators.acs.humans import HUMANS, Human
from voiceagent.emulators.acs.order import Order
from voiceagent.emulators.acs.script import Step, read_steps
from voiceagent.emulators.acs.studio import Line
from voiceagent.errors import UserError

CALLER = "+14255550100"
CALLEE = "+14255550199"
"""Numbers of the range that is reserved for fiction."""

LINE = ("line", "noise_db", "loss_percent", "jitter_ms", "echo_db")
"""What an order says about the line."""

_ORDER = frozenset(("from", "to", "steps", "human", "human_says", "ring_ms", *LINE, "hang_up_after", "display_name"))
_CALLEE = frozenset(("number", "steps", "human", "ring_ms", *LINE, "hang_up_after"))


def read_order(body: object) -> tuple[Order, tuple[Step, ...], Line]:
    """A call as it is to be placed. UserError says what is wrong with it."""
    if not isinstance(body, Mapping):
        raise UserError('The call must be an object such as {"steps": [{"say": "Hello"}]}.')
    if unknown := sorted(set(body) - _ORDER):
        raise UserError(f"Unknown key {unknown[0]!r}; known are {', '.join(sorted(_ORDER))}.")
    order = Order(
        caller=_raw_id(body.get("from") or CALLER, "from"),
        callee=_raw_id(body.get("to") or CALLEE, "to"),
        human=_human(body),
        human_says=str(body.get("human_says") or ""),
        ring_ms=_number(body.get("ring_ms"), "ring_ms"),
        display_name=str(body.get("display_name") or ""),
        hangs_up=bool(body.get("hang_up_after", True)),
    )
    return order, read_steps(body.get("steps", [])), _line(body)


def read_more(body: object) -> tuple[tuple[Step, ...], bool | None]:
    """Further steps of a call, and whether the caller hangs up after them (None: as before)."""
    if not isinstance(body, Mapping) or "steps" not in body:
        raise UserError('Further steps come as an object such as {"steps": [{"say": "Thank you"}]}.')
    if unknown := sorted(set(body) - {"steps", "hang_up_after"}):
        raise UserError(f"Unknown key {unknown[0]!r}; known are hang_up_after, steps.")
    wanted = body.get("hang_up_after")
    return read_steps(body["steps"]), None if wanted is None else bool(wanted)


def read_callee(body: object) -> tuple[str | None, Callee]:
    """How somebody behaves whom the app calls; without a number, everybody who is not described."""
    if not isinstance(body, Mapping):
        raise UserError('A callee is described by an object such as {"number": "+14255550177", "human": "busy"}.')
    if unknown := sorted(set(body) - _CALLEE):
        raise UserError(f"Unknown key {unknown[0]!r}; known are {', '.join(sorted(_CALLEE))}.")
    number = body.get("number")
    callee = Callee(
        human=_human(body),
        ring_ms=_number(body.get("ring_ms"), "ring_ms"),
        steps=read_steps(body.get("steps", [])),
        line=_line(body),
        hangs_up=bool(body.get("hang_up_after", False)),
    )
    return None if number is None else _raw_id(number, "number"), callee


def _human(body: Mapping[str, Any]) -> Human:
    human: Human = body.get("human", "answer")
    if human not in HUMANS:
        raise UserError(f"`human` must be one of {', '.join(HUMANS)}; got {human!r}.")
    return human


def _line(body: Mapping[str, Any]) -> Line:
    kind = body.get("line", "telephone")
    if kind not in ("telephone", "wideband"):
        raise UserError(f"`line` must be telephone or wideband; got {kind!r}.")
    return Line(
        kind,
        _number(body.get("noise_db"), "noise_db"),
        _within(body, "loss_percent", 100) or 0.0,
        _within(body, "jitter_ms", 1_000) or 0.0,
        _within(body, "echo_db", 100),
    )


def _within(body: Mapping[str, Any], name: str, most: float) -> float | None:
    found = _number(body.get(name), name)
    if found is not None and not 0 <= found <= most:
        raise UserError(f"`{name}` must be from 0 to {most:g}; got {found:g}.")
    return found


def _raw_id(value: object, name: str) -> str:
    if isinstance(value, str) and value[:2] in ("4:", "8:"):
        return value
    if isinstance(value, str) and value[:1] == "+" and value[1:].isdigit():
        return f"4:{value}"
    raise UserError(f"`{name}` must be a number such as {CALLER} or a raw id; got {value!r}.")


def _number(value: object, name: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UserError(f"`{name}` must be a number; got {value!r}.")
    return float(value)
