"""What an agent's author writes: `@tool` on a plain typed function, and `CallContext` when the tool must know its call.

The decorator only leaves a mark; the function stays the function it was, so that it can be called and tested without any of us.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from voiceagent.discreet import PhoneNumber

MARK = "__voiceagent_tool__"

_NOBODY = PhoneNumber("")

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class CallContext:
    """The call a tool runs in. A parameter of this type is filled in by us; the model never sees it and cannot set it.

    `caller` is who calls as the telephony service says, so that a tool can trust it where it could not trust the model's word.
    `facts` holds whatever else the bridge knows.
    """

    call_id: str = ""
    correlation_id: str = ""
    caller: PhoneNumber = _NOBODY
    called: PhoneNumber = _NOBODY
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolOptions:
    """What the decorator was given; None means: take it from the function, or from the settings."""

    name: str | None = None
    description: str | None = None
    timeout_seconds: float | None = None


@overload
def tool(function: F, /) -> F: ...


@overload
def tool(
    *, name: str | None = None, description: str | None = None, timeout_seconds: float | None = None
) -> Callable[[F], F]: ...


def tool(
    function: F | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    timeout_seconds: float | None = None,
) -> F | Callable[[F], F]:
    """Offer a function to the model.

    The name, the docstring and the signature become the tool's name, description and JSON Schema. `timeout_seconds` may only
    shorten `limits.tool_timeout_seconds`. Mistakes in the signature are told when the project is loaded.
    """
    options = ToolOptions(name, description, timeout_seconds)

    def mark(function: F) -> F:
        setattr(function, MARK, options)
        return function

    return mark if function is None else mark(function)


def options_of(function: object) -> ToolOptions | None:
    """The mark of a tool, or None for anything else."""
    options = getattr(function, MARK, None) if callable(function) else None
    return options if isinstance(options, ToolOptions) else None
