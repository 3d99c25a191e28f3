"""What a session wants done, in order: events for the client, orders for the ear and for the source. Types only."""

from __future__ import annotations

from dataclasses import dataclass

from voiceagent.emulators.voice_live.answers import Event
from voiceagent.emulators.voice_live.source import AnswerRequest, Listening, Utterance


@dataclass(frozen=True, slots=True)
class Send:
    """An event for the client; it has its `event_id`."""

    event: Event


@dataclass(frozen=True, slots=True)
class Listen:
    """New rules for the ear."""

    listening: Listening


@dataclass(frozen=True, slots=True)
class TakeBuffer:
    """The client commits: get the utterance and call `committed`."""


@dataclass(frozen=True, slots=True)
class ForgetBuffer:
    """The client cleared its audio."""


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Find the words of a turn and call `transcribed` or `transcription_failed`."""

    item_id: str
    utterance: Utterance


@dataclass(frozen=True, slots=True)
class Answer:
    """Make this response and report its pieces."""

    request: AnswerRequest


@dataclass(frozen=True, slots=True)
class Silence:
    """Stop making this response; nothing of it may be reported any more."""

    response_id: str


Step = Send | Listen | TakeBuffer | ForgetBuffer | Transcribe | Answer | Silence
