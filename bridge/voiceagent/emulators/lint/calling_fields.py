"""The members of Call Automation's request bodies by operation (2026-03-12), and which operations are repeatable."""

from __future__ import annotations

_MID_CALL = frozenset(("operationContext", "operationCallbackUri"))
_LEG = frozenset(
    ("callbackUri", "operationContext", "callIntelligenceOptions", "mediaStreamingOptions", "transcriptionOptions")
)
_CALLER = frozenset(("sourceCallerIdNumber", "sourceDisplayName"))

FIELDS: dict[str, frozenset[str]] = {
    "answer": _LEG | {"incomingCallContext", "answeredBy"},
    "create_call": _LEG | _CALLER | {"targets", "source", "teamsAppSource"},
    "connect": _LEG | {"callLocator"},
    "reject": frozenset(("incomingCallContext", "callRejectReason")),
    "redirect": frozenset(("incomingCallContext", "target")),
    "transfer": _MID_CALL | {"targetParticipant", "transferee", "customCallingContext", "sourceCallerIdNumber"},
    "add_participant": _MID_CALL | _CALLER | {"participantToAdd", "invitationTimeoutInSeconds", "customCallingContext"},
    "cancel_add_participant": _MID_CALL | {"invitationId"},
    "remove_participant": _MID_CALL | {"participantToRemove"},
    "move_participants": _MID_CALL | {"targetParticipants", "fromCall"},
    "mute_participant": frozenset(("targetParticipants", "operationContext")),
    "play": _MID_CALL | {"playSources", "playTo", "interruptCallMediaOperation", "playOptions"},
    "recognize": _MID_CALL
    | {"recognizeInputType", "playPrompt", "playPrompts", "interruptCallMediaOperation", "recognizeOptions"},
    "start_continuous_dtmf": _MID_CALL | {"targetParticipant"},
    "stop_continuous_dtmf": _MID_CALL | {"targetParticipant"},
    "send_dtmf": _MID_CALL | {"tones", "targetParticipant"},
    "hold": _MID_CALL | {"targetParticipant", "playSourceInfo"},
    "unhold": _MID_CALL | {"targetParticipant"},
    "start_media_streaming": _MID_CALL,
    "stop_media_streaming": _MID_CALL,
    "start_transcription": _MID_CALL | {"locale", "speechModelEndpointId"},
    "stop_transcription": _MID_CALL,
    "update_transcription": _MID_CALL | {"locale", "speechModelEndpointId"},
    "start_recording": frozenset(
        (
            "callLocator",
            "callConnectionId",
            "recordingStateCallbackUri",
            "recordingContentType",
            "recordingChannelType",
            "recordingFormatType",
            "audioChannelParticipantOrdering",
            "channelAffinity",
            "pauseOnStart",
            "externalStorage",
        )
    ),
}

MEDIA = frozenset(
    (
        "transportType",
        "transportUrl",
        "audioChannelType",
        "contentType",
        "startMediaStreaming",
        "enableBidirectional",
        "audioFormat",
        "enableDtmfTones",
    )
)
"""Of `mediaStreamingOptions`."""

REPEATABLE = frozenset(
    (
        "create_call",
        "answer",
        "connect",
        "redirect",
        "reject",
        "terminate",
        "add_participant",
        "cancel_add_participant",
        "remove_participant",
        "move_participants",
        "mute_participant",
        "transfer",
        "send_dtmf",
        "start_recording",
    )
)
"""The operations that the SDKs send with Repeatability headers."""
