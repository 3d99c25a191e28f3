"""How our leg of a call begins, in the words of Azure Call Automation: a ring is answered, or somebody is called."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voiceagent.call.events import NotReached
from voiceagent.control.acs_account import asked
from voiceagent.control.acs_events import transfer_outcome
from voiceagent.errors import RemoteError
from voiceagent.protocol.acs_callbacks import Result

if TYPE_CHECKING:
    from azure.communication.callautomation import (
        CallConnectionProperties,
        CommunicationIdentifier,
        MediaStreamingOptions,
    )
    from azure.communication.callautomation.aio import CallAutomationClient


@dataclass(frozen=True, slots=True)
class Dial:
    """Whom to call, showing which number, for how long, and the wish that it is for: the same `key` never calls twice."""

    target: CommunicationIdentifier
    caller_id: str
    ring_seconds: int
    key: str


@dataclass(frozen=True, slots=True)
class Opening:
    """The addresses of our leg and its sound."""

    callback_url: str
    media_url: str
    sample_rate: int

    async def answer(
        self, client: CallAutomationClient, context: str, correlation_id: str, hooks: Mapping[str, Any]
    ) -> CallConnectionProperties:
        """Answer a ring. Raises RemoteError; without a status when the connection broke twice."""
        # The same id whoever asks: two deliveries of one ring, or two replicas, answer it once; and so does asking again.
        headers = _repeatable(f"answer:{correlation_id}")

        async def ask() -> CallConnectionProperties:
            request = client.answer_call(context, self.callback_url, media_streaming=self._media(), headers=headers, **hooks)
            return await asked(request, "answer the call")

        return await _asked_twice(ask)

    async def place(self, client: CallAutomationClient, dial: Dial, hooks: Mapping[str, Any]) -> CallConnectionProperties:
        """Have a phone ring. Raises RemoteError; without a status when the connection broke twice."""
        from azure.communication.callautomation import PhoneNumberIdentifier

        headers = _repeatable(f"dial:{dial.key}")

        async def ask() -> CallConnectionProperties:
            request = client.create_call(
                dial.target,
                self.callback_url,
                source_caller_id_number=PhoneNumberIdentifier(dial.caller_id) if dial.caller_id else None,
                media_streaming=self._media(),
                headers=headers,
                **hooks,
            )
            return await asked(request, "place the call")

        return await _asked_twice(ask)

    def _media(self) -> MediaStreamingOptions:
        from azure.communication.callautomation import (
            AudioFormat,
            MediaStreamingAudioChannelType,
            MediaStreamingContentType,
            MediaStreamingOptions,
            StreamingTransportType,
        )

        return MediaStreamingOptions(
            transport_url=self.media_url,
            transport_type=StreamingTransportType.WEBSOCKET,
            content_type=MediaStreamingContentType.AUDIO,
            audio_channel_type=MediaStreamingAudioChannelType.MIXED,
            start_media_streaming=True,
            enable_bidirectional=True,
            audio_format=AudioFormat.PCM24_K_MONO if self.sample_rate == 24_000 else AudioFormat.PCM16_K_MONO,
            enable_dtmf_tones=True,
        )


def not_reached(result: Result | None) -> NotReached:
    """Why a call of ours did not come about."""
    told = result or Result()
    outcome = transfer_outcome(result)
    why = "unreachable" if outcome == "failed" else outcome
    return NotReached(why, told.code, told.sub_code, told.message or "")


async def _asked_twice(ask: Callable[[], Awaitable[CallConnectionProperties]]) -> CallConnectionProperties:
    """The client repeats what was refused, but not a POST whose answer was lost; with the same id it is harmless."""
    try:
        return await ask()
    except RemoteError as error:
        if error.status is not None:
            raise
        return await ask()


def _repeatable(wish: str) -> dict[str, str]:
    return {"Repeatability-Request-ID": str(uuid.uuid5(uuid.NAMESPACE_URL, wish))}
