"""What an agent's author writes: `@tool` on a plain typed function, and `CallContext` when the tool must know its call.

The decorator only leaves a mark; the function stays the function it was, so that it can be called and tested without any of us.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from voiceagent.discreet import PhoneNumber, Secret

MARK = "__voiceagent_tool__"

_NOBODY = PhoneNumber("")

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class CallContext:
    """The call a tool runs in. A parameter of this type is filled in by us; the model never sees it and cannot set it.

    `caller` is who calls as the telephony service says, so that a tool can trust it where it could not trust the model's word.
    `idempotency_key` is the same whenever the same request of the model is carried out: give it to whatever must not happen
    twice. `state` is the author's own, one for each call, the same for all tools of the call; it is gone when the call is over.
    `facts` holds whatever else the bridge knows.
    """

    call_id: str = ""
    correlation_id: str = ""
    caller: PhoneNumber = _NOBODY
    called: PhoneNumber = _NOBODY
    facts: Mapping[str, Any] = field(default_factory=dict)
    idempotency_key: str = ""
    state: MutableMapping[str, Any] = field(default_factory=dict)


class SecretDigits(Secret):
    """Digits the caller typed for one tool and nobody else; they show themselves only as `.shown`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEntry:
    """What `@tool(keys=…)` has the caller type before the tool runs, for its parameter of type `SecretDigits`.

    `prompt` is said first. The entry ends with the key `end_key`, after `most` keys, or after `pause_seconds` without one; `*`
    gives up. With `mute` the engine hears silence meanwhile: on some lines the tones of the keys can be heard in the audio.
    """

    prompt: str
    least: int = 1
    most: int = 20
    end_key: str = "#"
    pause_seconds: float = 6.0
    first_key_seconds: float = 20.0
    mute: bool = True


@dataclass(frozen=True, slots=True)
class HandTo:
    """What a tool returns to hand the conversation to another agent of `[agents]`; `result` goes to the model as usual."""

    agent: str
    result: Any = None


@dataclass(frozen=True, slots=True)
class ToolOptions:
    """What the decorator was given; None means: take it from the function, or from the settings."""

    name: str | None = None
    description: str | None = None
    timeout_seconds: float | None = None
    ask_first: bool | str | None = None
    filler: str | None = None
    filler_after_seconds: float | None = None
    max_calls: int | None = None
    max_seconds: float | None = None
    keys: KeyEntry | None = None


@overload
def tool(function: F, /) -> F: ...


@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    timeout_seconds: float | None = None,
    ask_first: bool | str | None = None,
    filler: str | None = None,
    filler_after_seconds: float | None = None,
    max_calls: int | None = None,
    max_seconds: float | None = None,
    keys: KeyEntry | None = None,
) -> Callable[[F], F]: ...


def tool(function: F | None = None, /, **options: Any) -> F | Callable[[F], F]:
    """Offer a function to the model.

    The name, the docstring and the signature become the tool's name, description and JSON Schema. `timeout_seconds` may only
    shorten `limits.tool_timeout_seconds`. `ask_first` has the caller say yes before the tool runs, to a question of yours
    (`{argument}` is filled in) or, with True, to `tools.ask_first`. `filler` is said when it takes longer than
    `filler_after_seconds`; "" says nothing. `max_calls` and `max_seconds` bound it within one call. `keys` has the caller type
    digits first that nobody but the function gets. Mistakes in the signature are told when the project is loaded.
    """
    chosen = ToolOptions(**options)

    def mark(function: F) -> F:
        setattr(function, MARK, chosen)
        return function

    return mark if function is None else mark(function)


def options_of(function: object) -> ToolOptions | None:
    """The mark of a tool, or None for anything else."""
    options = getattr(function, MARK, None) if callable(function) else None
    return options if isinstance(options, ToolOptions) else None
