"""What the state of a call asks its shell to do. The shell does it in this order, and reports back what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voiceagent.emulators.acs.prompts import Source


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
class OpenTranscription:
    """Dial the app's transcription socket."""

    url: str
    locale: str


@dataclass(frozen=True, slots=True)
class CloseTranscription:
    """Close the transcription socket in an orderly way."""


@dataclass(frozen=True, slots=True)
class PreparePrompt:
    """Fetch and speak these sources, then report `prompt_prepared` or `prompt_not_prepared` under this number."""

    number: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class SoundPrompt:
    """A prepared prompt begins to sound; `audible` at the caller's ear."""

    number: int
    audible: bool


@dataclass(frozen=True, slots=True)
class HushPrompt:
    """What is sounding stops."""


@dataclass(frozen=True, slots=True)
class SoundKeys:
    """The app's tones sound at the caller's ear."""

    keys: str


@dataclass(frozen=True, slots=True)
class CalleeAnswers:
    """The phone that the app called was answered by this participant, who now takes the caller's place."""

    raw_id: str


@dataclass(frozen=True, slots=True)
class HoldCaller:
    """A human's phone rings, or the app put the caller on hold: the caller waits."""


@dataclass(frozen=True, slots=True)
class ResumeCaller:
    """The human could not be reached."""


@dataclass(frozen=True, slots=True)
class HumanSpeaks:
    """A human picked up and says hello."""

    raw_id: str = ""


@dataclass(frozen=True, slots=True)
class KeepRecording:
    """A recording is complete: write its file, then tell Event Grid."""

    recording_id: str


@dataclass(frozen=True, slots=True)
class LineClosed:
    """The caller has hung up or was hung up on: nothing further happens in this call."""


Effect = (
    Notice
    | OpenMedia
    | CloseMedia
    | OpenTranscription
    | CloseTranscription
    | PreparePrompt
    | SoundPrompt
    | HushPrompt
    | SoundKeys
    | CalleeAnswers
    | HoldCaller
    | ResumeCaller
    | HumanSpeaks
    | KeepRecording
    | LineClosed
)
