"""Media streaming of one call: whether the app's socket is open, and what the app is told about it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.effects import CloseMedia, OpenMedia, Result
from voiceagent.emulators.acs.requests import MediaRequest, Operation

if TYPE_CHECKING:
    from voiceagent.emulators.acs.state import Call


class Streaming:
    """`state` is disabled (never configured), inactive or active."""

    def __init__(self, call: Call, subscription_id: str) -> None:
        self._call = call
        self.subscription_id = subscription_id
        self.state = "disabled"
        self._operation = Operation()

    def configure(self, request: MediaRequest | None) -> None:
        """What was asked for when the call was answered, placed or joined."""
        self.state = "disabled" if request is None else "inactive"

    def start(self, operation: Operation) -> None:
        media = self._configured()
        if self.state == "active":
            raise errors.wrong_state("media streaming is active.")
        self.open(media, operation)

    def open(self, media: MediaRequest, operation: Operation) -> None:
        self._operation = operation
        self._call.ask(OpenMedia(media.url, media.rate, self.subscription_id))

    def stop(self, operation: Operation) -> None:
        self._configured()
        if self.state != "active":
            raise errors.wrong_state("media streaming is not active.")
        self.close()
        self._tell("MediaStreamingStopped", "mediaStreamingStopped", "subscriptionStopped", Result(), operation)

    def opened(self, now: float) -> None:
        """The app accepted the media socket."""
        call = self._call
        if not call.leg_is_up:
            return
        call.connect()
        self.state = "active"
        assert call.request is not None
        assert call.request.media is not None
        call.diary.note("media_open", now, rate=call.request.media.rate)
        self._tell("MediaStreamingStarted", "mediaStreamingStarted", "subscriptionStarted", Result(), self._operation)

    def failed(self, now: float, details: str, result: Result) -> None:
        """The media socket could not be opened, or broke. The call stays up."""
        call = self._call
        if not call.leg_is_up:
            return
        call.connect()
        self.state = "inactive"
        call.diary.note("media_failed", now, why=result.message, details=details)
        self._tell("MediaStreamingFailed", "mediaStreamingFailed", details, result, self._operation)

    def close(self) -> None:
        if self.state == "active":
            self.state = "inactive"
            self._call.ask(CloseMedia())

    def _configured(self) -> MediaRequest:
        self._call.must_be_connected()
        assert self._call.request is not None
        if self._call.request.media is None:
            raise errors.not_configured("mediaStreamingOptions")
        return self._call.request.media

    def _tell(self, type_: str, status: str, details: str, result: Result, operation: Operation) -> None:
        self._call.tell(type_, operation, result, status=status, details=details)
