"""Live transcription of one call: whether it runs, in which language, and what the app is told about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.effects import CloseTranscription, OpenTranscription, Result
from voiceagent.emulators.acs.requests import Operation, TranscriptionRequest

if TYPE_CHECKING:
    from voiceagent.emulators.acs.state import Call


@dataclass(frozen=True, slots=True)
class Spoken:
    """Words that were heard in the call, and when, in ms since the call was connected."""

    speaker: str
    text: str
    confidence: float
    began_ms: float
    ended_ms: float


class Transcribing:
    """`state` is disabled (never configured), inactive or active."""

    def __init__(self, call: Call, subscription_id: str) -> None:
        self._call = call
        self.subscription_id = subscription_id
        self.state = "disabled"
        self.locale = ""
        self._operation = Operation()

    def configure(self, request: TranscriptionRequest | None) -> None:
        """What was asked for when the call was answered or placed."""
        if request is not None:
            self.state, self.locale = "inactive", request.locale

    def start(self, operation: Operation, locale: str | None = None) -> None:
        request = self._configured()
        if self.state == "active":
            raise errors.wrong_state("transcription is active.")
        self.locale = locale or self.locale
        self._operation = operation
        self._call.ask(OpenTranscription(request.url, self.locale))

    def stop(self, operation: Operation) -> None:
        self._must_be_active()
        self.state = "inactive"
        self._call.ask(CloseTranscription())
        self._tell("TranscriptionStopped", "transcriptionStopped", "subscriptionStopped", Result(), operation)

    def update(self, locale: str, operation: Operation) -> None:
        self._must_be_active()
        self.locale = locale
        self._tell("TranscriptionUpdated", "transcriptionUpdated", "transcriptionLocaleUpdated", Result(), operation)

    def opened(self) -> None:
        """The app accepted the socket."""
        if self._call.leg_is_up:
            self.state = "active"
            self._tell("TranscriptionStarted", "transcriptionStarted", "subscriptionStarted", Result(), self._operation)

    def failed(self, details: str, result: Result) -> None:
        """The socket could not be opened, or broke. The call stays up."""
        if self._call.leg_is_up:
            self.state = "inactive"
            self._tell("TranscriptionFailed", "transcriptionFailed", details, result, self._operation)

    def close(self) -> None:
        if self.state == "active":
            self.state = "inactive"
            self._call.ask(CloseTranscription())

    def _configured(self) -> TranscriptionRequest:
        self._call.must_be_connected()
        request = self._call.request
        if request is None or request.transcription is None:
            raise errors.not_configured("transcriptionOptions")
        return request.transcription

    def _must_be_active(self) -> None:
        self._configured()
        if self.state != "active":
            raise errors.wrong_state("transcription is not active.")

    def _tell(self, type_: str, status: str, details: str, result: Result, operation: Operation) -> None:
        self._call.tell(type_, operation, result, transcription_status=status, details=details)
