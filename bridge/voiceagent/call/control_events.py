"""What the telephony service's control of a call reports to the session; `call.events` holds these as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voiceagent.call.roots import Event

TransferOutcome = Literal["connected", "busy", "no_answer", "declined", "failed", "cancelled"]
TransferMode = Literal["join", "cold", "warm", "consult"]


@dataclass(frozen=True, slots=True)
class TransferRinging(Event):
    """The service accepted the invitation; the target's phone rings."""

    target: str


@dataclass(frozen=True, slots=True)
class TransferEnded(Event):
    """How the transfer ended. `code`/`subcode` are the service's, `message` its sentence."""

    target: str
    outcome: TransferOutcome
    code: int | None = None
    subcode: int | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class NotReached(Event):
    """A call of ours was not answered: `why` is busy, no_answer, declined or unreachable; the codes are the service's."""

    why: str
    code: int | None = None
    subcode: int | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class ParticipantsChanged(Event):
    """Who is in the call now, beside us. `caller_here` False: the caller was, and is no more."""

    count: int
    caller_here: bool = True


@dataclass(frozen=True, slots=True)
class RecordingChanged(Event):
    """The service started (`active`) or stopped recording."""

    recording_id: str
    active: bool


@dataclass(frozen=True, slots=True)
class KeysSent(Event):
    """The telephony service pressed the keys of a `SendKeys`, or says why not."""

    tool_call_id: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class ControlFailed(Event):
    """A call-control request was refused or failed for good (after retries)."""

    operation: str
    status: int | None
    code: str
    message: str
