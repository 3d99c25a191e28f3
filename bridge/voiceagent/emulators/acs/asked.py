"""What an operation is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.emulators.acs.exchange import Exchange
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.repeats import Answer
from voiceagent.emulators.acs.state import Call

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, verified and parsed: `path` holds the variable parts of the address."""

    exchange: Exchange
    options: NetworkOptions
    path: Mapping[str, str]
    body: Body
    now: float

    def call(self) -> Call:
        return self.exchange.by_connection(self.path["connection"])


@dataclass(frozen=True, slots=True)
class Done:
    """What an operation answers, and the call whose effects are now due."""

    answer: Answer
    call: Call


Operation = Callable[[Asked], Done]
