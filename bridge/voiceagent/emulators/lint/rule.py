"""The shapes: a rule of the real service, a breach of it as it is seen, a finding as it is told."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Severity = Literal["error", "warning"]
"""`error`: refused, ignored or lost on the real service. `warning`: works, but is known to go wrong."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What the real service wants, and who says so."""

    id: str
    severity: Severity
    sentence: str
    source: str


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule was broken. `detail` is what exactly, `frame` the part of the frame or request where."""

    rule: str
    detail: str = ""
    frame: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is told. `where` names the connection and the app at its other end, `frame` is its beginning."""

    rule: str
    severity: Severity
    where: str
    frame: str
    sentence: str
    source: str

    def json(self) -> dict[str, Any]:
        return asdict(self)
