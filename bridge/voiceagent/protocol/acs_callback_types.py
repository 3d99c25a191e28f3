"""The reports of Azure Call Automation about a call: one class for each type, as `acs_callbacks` reads and writes them.

Members that the service adds beyond these are left out; types that are not declared are kept whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from voiceagent.protocol.identifiers import Identifier

PREFIX = "Microsoft.Communication."
Object = Mapping[str, Any]
Key = str
"""A telephone key, read from the REST word or the character."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A telephone network's reason, from SIP or Q.850."""

    code: int | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """How an operation went: `code` like an HTTP status, `sub_code` the service's own."""

    code: int | None = None
    sub_code: int | None = None
    message: str | None = None
    sip_details: Cause | None = None
    q850_details: Cause | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody in the call."""

    identifier: Identifier
    is_muted: bool = False
    is_on_hold: bool = False


@dataclass(frozen=True, slots=True)
class MediaStreamingUpdate:
    """What happened to media streaming, in the service's words."""

    content_type: str | None = None
    media_streaming_status: str | None = None
    media_streaming_status_details: str | None = None


@dataclass(frozen=True, slots=True)
class TranscriptionUpdate:
    """What happened to transcription, in the service's words."""

    transcription_status: str | None = None
    transcription_status_details: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """What every report carries. `event_id` recognises repetitions, `time` is the service's clock as text."""

    TYPE: ClassVar[str] = ""
    call_connection_id: str = ""
    server_call_id: str = ""
    correlation_id: str = ""
    operation_context: str | None = None
    result: Result | None = field(default=None, metadata={"wire": "resultInformation"})
    event_id: str = ""
    time: str = ""

    @property
    def type(self) -> str:
        """The type on the wire, with its prefix."""
        return PREFIX + self.TYPE


@dataclass(frozen=True, slots=True)
class UnknownCallback(Callback):
    """A report of a type not declared here; `raw` is the whole event."""

    kind: str
    raw: Object = field(repr=False)

    @property
    def type(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class CallConnected(Callback):
    """The call is established."""

    TYPE = "CallConnected"


@dataclass(frozen=True, slots=True)
class CallDisconnected(Callback):
    """The call is over for us; nothing more follows. `result` may tell SIP and Q.850 causes."""

    TYPE = "CallDisconnected"


@dataclass(frozen=True, slots=True)
class AnswerFailed(Callback):
    """Our answer did not succeed."""

    TYPE = "AnswerFailed"


@dataclass(frozen=True, slots=True)
class CreateCallFailed(Callback):
    """The call we placed did not succeed."""

    TYPE = "CreateCallFailed"


@dataclass(frozen=True, slots=True)
class ConnectFailed(Callback):
    """Connecting to a running call did not succeed."""

    TYPE = "ConnectFailed"


@dataclass(frozen=True, slots=True)
class ParticipantsUpdated(Callback):
    """Who is in the call now; a higher `sequence_number` is newer."""

    TYPE = "ParticipantsUpdated"
    participants: tuple[Participant, ...] = ()
    sequence_number: int | None = None


@dataclass(frozen=True, slots=True)
class AddParticipantSucceeded(Callback):
    """A participant joined the call."""

    TYPE = "AddParticipantSucceeded"
    participant: Identifier | None = None


@dataclass(frozen=True, slots=True)
class AddParticipantFailed(Callback):
    """It did not come about that a participant joined the call."""

    TYPE = "AddParticipantFailed"
    participant: Identifier | None = None


@dataclass(frozen=True, slots=True)
class RemoveParticipantSucceeded(Callback):
    """A participant was removed."""

    TYPE = "RemoveParticipantSucceeded"
    participant: Identifier | None = None


@dataclass(frozen=True, slots=True)
class RemoveParticipantFailed(Callback):
    """It did not come about that a participant was removed."""

    TYPE = "RemoveParticipantFailed"
    participant: Identifier | None = None


@dataclass(frozen=True, slots=True)
class MoveParticipantSucceeded(Callback):
    """A participant came over from another call."""

    TYPE = "MoveParticipantSucceeded"
    participant: Identifier | None = None
    from_call: str | None = None


@dataclass(frozen=True, slots=True)
class MoveParticipantFailed(Callback):
    """A participant did not come over from another call."""

    TYPE = "MoveParticipantFailed"
    participant: Identifier | None = None
    from_call: str | None = None


@dataclass(frozen=True, slots=True)
class CancelAddParticipantSucceeded(Callback):
    """An invitation was withdrawn."""

    TYPE = "CancelAddParticipantSucceeded"
    invitation_id: str | None = None


@dataclass(frozen=True, slots=True)
class CancelAddParticipantFailed(Callback):
    """An invitation could not be withdrawn."""

    TYPE = "CancelAddParticipantFailed"
    invitation_id: str | None = None


@dataclass(frozen=True, slots=True)
class CallTransferAccepted(Callback):
    """The target took the transferred call."""

    TYPE = "CallTransferAccepted"
    transfer_target: Identifier | None = None
    transferee: Identifier | None = None


@dataclass(frozen=True, slots=True)
class CallTransferFailed(Callback):
    """The target did not take the transferred call."""

    TYPE = "CallTransferFailed"


@dataclass(frozen=True, slots=True)
class MediaStreamingStarted(Callback):
    """Media streaming runs."""

    TYPE = "MediaStreamingStarted"
    media_streaming_update: MediaStreamingUpdate | None = None


@dataclass(frozen=True, slots=True)
class MediaStreamingStopped(Callback):
    """Media streaming has stopped."""

    TYPE = "MediaStreamingStopped"
    media_streaming_update: MediaStreamingUpdate | None = None


@dataclass(frozen=True, slots=True)
class MediaStreamingFailed(Callback):
    """Media streaming broke or never began."""

    TYPE = "MediaStreamingFailed"
    media_streaming_update: MediaStreamingUpdate | None = None


@dataclass(frozen=True, slots=True)
class TranscriptionStarted(Callback):
    """Transcription runs."""

    TYPE = "TranscriptionStarted"
    transcription_update: TranscriptionUpdate | None = None


@dataclass(frozen=True, slots=True)
class TranscriptionStopped(Callback):
    """Transcription has stopped."""

    TYPE = "TranscriptionStopped"
    transcription_update: TranscriptionUpdate | None = None


@dataclass(frozen=True, slots=True)
class TranscriptionUpdated(Callback):
    """Transcription changed its language."""

    TYPE = "TranscriptionUpdated"
    transcription_update: TranscriptionUpdate | None = None


@dataclass(frozen=True, slots=True)
class TranscriptionFailed(Callback):
    """Transcription broke or never began."""

    TYPE = "TranscriptionFailed"
    transcription_update: TranscriptionUpdate | None = None


@dataclass(frozen=True, slots=True)
class RecordingStateChanged(Callback):
    """Recording became active or inactive."""

    TYPE = "RecordingStateChanged"
    recording_id: str
    state: str
    start_date_time: str | None = None
    recording_kind: str | None = None


@dataclass(frozen=True, slots=True)
class StartRecordingFailed(Callback):
    """Recording did not begin."""

    TYPE = "StartRecordingFailed"
    recording_id: str | None = None


@dataclass(frozen=True, slots=True)
class PlayStarted(Callback):
    """A prompt began to play."""

    TYPE = "PlayStarted"


@dataclass(frozen=True, slots=True)
class PlayCompleted(Callback):
    """A prompt was played to its end."""

    TYPE = "PlayCompleted"


@dataclass(frozen=True, slots=True)
class PlayCanceled(Callback):
    """A prompt was cut short."""

    TYPE = "PlayCanceled"


@dataclass(frozen=True, slots=True)
class PlayFailed(Callback):
    """A prompt could not be played."""

    TYPE = "PlayFailed"
    failed_play_source_index: int | None = None


@dataclass(frozen=True, slots=True)
class RecognizeCompleted(Callback):
    """Something was recognised: keys, words or a choice."""

    TYPE = "RecognizeCompleted"
    recognition_type: str | None = None
    dtmf_result: Object | None = None
    choice_result: Object | None = None
    speech_result: Object | None = None


@dataclass(frozen=True, slots=True)
class RecognizeFailed(Callback):
    """Nothing was recognised."""

    TYPE = "RecognizeFailed"
    failed_play_source_index: int | None = None


@dataclass(frozen=True, slots=True)
class RecognizeCanceled(Callback):
    """Recognition was cut short."""

    TYPE = "RecognizeCanceled"


@dataclass(frozen=True, slots=True)
class ContinuousDtmfRecognitionToneReceived(Callback):
    """A key was pressed; `key` is one of 0-9 * # A-D, and `sequence_id` orders keys."""

    TYPE = "ContinuousDtmfRecognitionToneReceived"
    key: Key = field(metadata={"wire": "tone"})
    sequence_id: int | None = None


@dataclass(frozen=True, slots=True)
class ContinuousDtmfRecognitionToneFailed(Callback):
    """Listening for keys broke."""

    TYPE = "ContinuousDtmfRecognitionToneFailed"


@dataclass(frozen=True, slots=True)
class ContinuousDtmfRecognitionStopped(Callback):
    """Listening for keys has stopped."""

    TYPE = "ContinuousDtmfRecognitionStopped"


@dataclass(frozen=True, slots=True)
class SendDtmfTonesCompleted(Callback):
    """Our tones were sent."""

    TYPE = "SendDtmfTonesCompleted"


@dataclass(frozen=True, slots=True)
class SendDtmfTonesFailed(Callback):
    """Our tones were not sent."""

    TYPE = "SendDtmfTonesFailed"


@dataclass(frozen=True, slots=True)
class HoldFailed(Callback):
    """A participant could not be put on hold."""

    TYPE = "HoldFailed"


CALLBACKS: Mapping[str, type[Callback]] = {
    one.TYPE: one for one in list(globals().values()) if isinstance(one, type) and issubclass(one, Callback) and one.TYPE
}
"""Every declared report by its type, without the prefix."""
