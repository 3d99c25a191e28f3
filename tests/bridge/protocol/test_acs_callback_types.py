from __future__ import annotations

import dataclasses
from typing import get_type_hints

import pytest

from voiceagent.protocol import acs_callback_types
from voiceagent.protocol.acs_callback_types import CALLBACKS, Callback, CallConnected, UnknownCallback

DOCUMENTED = [
    "CallConnected",
    "CallDisconnected",
    "AnswerFailed",
    "CreateCallFailed",
    "ConnectFailed",
    "ParticipantsUpdated",
    "AddParticipantSucceeded",
    "AddParticipantFailed",
    "RemoveParticipantSucceeded",
    "RemoveParticipantFailed",
    "MoveParticipantSucceeded",
    "MoveParticipantFailed",
    "CancelAddParticipantSucceeded",
    "CancelAddParticipantFailed",
    "CallTransferAccepted",
    "CallTransferFailed",
    "MediaStreamingStarted",
    "MediaStreamingStopped",
    "MediaStreamingFailed",
    "TranscriptionStarted",
    "TranscriptionStopped",
    "TranscriptionUpdated",
    "TranscriptionFailed",
    "RecordingStateChanged",
    "StartRecordingFailed",
    "PlayStarted",
    "PlayCompleted",
    "PlayCanceled",
    "PlayFailed",
    "RecognizeCompleted",
    "RecognizeFailed",
    "RecognizeCanceled",
    "ContinuousDtmfRecognitionToneReceived",
    "ContinuousDtmfRecognitionToneFailed",
    "ContinuousDtmfRecognitionStopped",
    "SendDtmfTonesCompleted",
    "SendDtmfTonesFailed",
    "HoldFailed",
]


def test_every_documented_report_has_its_class() -> None:
    assert sorted(CALLBACKS) == sorted(DOCUMENTED)
    assert all(cls.__name__ == name for name, cls in CALLBACKS.items())


@pytest.mark.parametrize("cls", CALLBACKS.values(), ids=lambda cls: cls.__name__)
def test_reports_are_values(cls: type[Callback]) -> None:
    assert cls.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert not hasattr(cls, "__dict__") or "__dict__" not in cls.__slots__  # type: ignore[attr-defined]
    assert cls.__doc__
    assert get_type_hints(cls, vars(acs_callback_types))


def test_a_report_tells_its_type_on_the_wire() -> None:
    assert CallConnected().type == "Microsoft.Communication.CallConnected"
    assert UnknownCallback("Contoso.Other", {}).type == "Contoso.Other"


def test_a_report_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        CallConnected().event_id = "x"  # type: ignore[misc]
