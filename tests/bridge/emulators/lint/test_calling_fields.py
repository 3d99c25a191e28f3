"""The members of requests against Microsoft's own contract."""

from __future__ import annotations

from voiceagent.emulators.acs.operations import OPERATIONS
from voiceagent.emulators.lint.calling_fields import FIELDS, REPEATABLE


def test_they_are_of_operations_that_exist() -> None:
    known = {do.__name__ for _, _, do in OPERATIONS}
    assert set(FIELDS) | REPEATABLE <= known


def test_what_azures_client_sends_is_known() -> None:
    from azure.communication.callautomation._generated import models

    pairs = {
        "answer": models.AnswerCallRequest,
        "create_call": models.CreateCallRequest,
        "connect": models.ConnectRequest,
        "transfer": models.TransferToParticipantRequest,
        "add_participant": models.AddParticipantRequest,
        "play": models.PlayRequest,
        "recognize": models.RecognizeRequest,
        "send_dtmf": models.SendDtmfTonesRequest,
        "start_recording": models.StartCallRecordingRequest,
    }
    for operation, model in pairs.items():
        sent = {attribute["key"] for attribute in model._attribute_map.values()}
        assert sent <= FIELDS[operation] | {"operationCallbackUri"}, operation
