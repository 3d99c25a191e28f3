"""What a fault is: on which wire it happens, what it does there, what can be said about it, and who says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from voiceagent.errors import UserError

Site = Literal[
    "request",  # an HTTP request to ACS, phone numbers or ARM; its operation
    "callback",  # a mid-call callback to the app; its type
    "delivery",  # an event of Event Grid on its way to the app; its type
    "media-dial",  # the dialling of the app's media socket
    "media",  # a frame to the app on the media socket; its kind
    "media-read",  # a frame of the app on the media socket
    "engine-connect",  # the opening of a Voice Live session; its model
    "engine",  # a server event of Voice Live; its type
    "engine-read",  # a client event of Voice Live
    "clock",  # the service's wall clock
]
"""Where a fault may strike. Each time something passes there, the switchboard is asked; the comment tells what `only` means."""

Value = float | str | None

CLOSE_CODES = frozenset((*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)))
"""What may stand in a close frame; 1005, 1006 and 1015 are only ever said of one that did not come. RFC 6455, section 7.4."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that can be chosen about a fault. A default that is a number, or None, makes it a number; `none` is None."""

    name: str
    default: Value
    about: str
    unit: str = ""
    choices: tuple[str, ...] = ()
    absent: bool = False
    """`none` may be said though the default is a number."""
    closes: bool = False
    """It is the close code of a WebSocket, or 0."""

    def read(self, written: object) -> Value:
        """The value in the words of a command line or of JSON. UserError when it cannot be meant."""
        if self.choices and str(written) not in self.choices:
            raise UserError(f"`{self.name}` must be one of {', '.join(self.choices)}; got {written!r}.")
        if isinstance(self.default, str):
            return str(written)
        if written is None or written == "none":
            if self.default is not None and not self.absent:
                raise UserError(f"`{self.name}` must be a number; got {written!r}.")
            return None
        value = number(self.name, written)
        if self.closes and value and value not in CLOSE_CODES:
            remedy = "A server may send 1000 to 1003, 1007 to 1014 and 3000 to 4999; 0 cuts without a close frame."
            raise UserError(f"`{self.name}` must be a close code that can be sent; got {written!r}.", remedy=remedy)
        return value


@dataclass(frozen=True, slots=True)
class Fault:
    """An entry of the catalogue. `only` and the three counts are what holds when nothing else is said."""

    name: str
    site: Site
    effect: str
    """What the wire does; several faults may share one."""
    does: str
    source: str
    parameters: tuple[Parameter, ...] = ()
    only: str = ""
    times: int = 1
    after: int = 0

    def read(self, written: Mapping[str, object]) -> dict[str, Value]:
        """All parameters, with their defaults. UserError names one that does not exist."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in written:
            if name not in known:
                some = ", ".join([*known, *COMMON])
                raise UserError(f"{self.name} has no parameter `{name}`.", remedy=f"It has: {some}.")
        return {
            name: parameter.read(written[name]) if name in written else parameter.default for name, parameter in known.items()
        }

    def json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "site": self.site,
            "does": self.does,
            "source": self.source,
            "only": self.only,
            "times": self.times,
            "after": self.after,
            "parameters": [
                {"name": one.name, "default": one.default, "unit": one.unit, "about": one.about, "choices": list(one.choices)}
                for one in self.parameters
            ],
        }


COMMON = ("times", "after", "probability", "only", "call")
"""What can be said of every fault: how often, after how many chances, how likely, of which things, in which call."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A fault that happens now."""

    fault: str
    effect: str
    values: Mapping[str, Value]

    def number(self, name: str) -> float:
        value = self.values[name]
        assert isinstance(value, int | float)
        return value

    def text(self, name: str) -> str:
        return str(self.values[name])


def number(name: str, written: object) -> float:
    """A number of at least 0 from text or JSON. UserError when it is none."""
    try:
        value = float(written) if isinstance(written, int | float | str) and not isinstance(written, bool) else -1.0
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e12:
        raise UserError(f"`{name}` must be a number of at least 0; got {written!r}.")
    return int(value) if value.is_integer() else value


def whole(name: str, written: object) -> int:
    """A whole number of at least 0. UserError when it is none."""
    value = number(name, written)
    if not isinstance(value, int):
        raise UserError(f"`{name}` must be a whole number; got {written!r}.")
    return value
