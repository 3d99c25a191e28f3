"""What the state of a call asks its shell to do. The shell does it in this order, and reports back what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """`resultInformation` of a callback; `sip` is the SIP answer behind it, if there was one."""

    code: int = 200
    sub_code: int = 0
    message: str = "Action completed successfully."
    sip: tuple[int, str] | None = None
    q850: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell the app: a mid-call callback of that type, to that address."""

    type: str
    uri: str
    operation_context: str | None = None
    result: Result | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OpenMedia:
    """Dial the app's media socket."""

    url: str
    rate: int
    subscription_id: str


@dataclass(frozen=True, slots=True)
class CloseMedia:
    """Close the media socket in an orderly way."""


@dataclass(frozen=True, slots=True)
class HoldCaller:
    """A human's phone rings: the caller waits."""


@dataclass(frozen=True, slots=True)
class ResumeCaller:
    """The human could not be reached."""


@dataclass(frozen=True, slots=True)
class HumanSpeaks:
    """A human picked up and says hello."""


@dataclass(frozen=True, slots=True)
class KeepRecording:
    """A recording is complete: write its file, then tell Event Grid."""

    recording_id: str


@dataclass(frozen=True, slots=True)
class LineClosed:
    """The caller has hung up or was hung up on: nothing further happens in this call."""


Effect = Notice | OpenMedia | CloseMedia | HoldCaller | ResumeCaller | HumanSpeaks | KeepRecording | LineClosed
