"""What the service's codes mean."""

from __future__ import annotations

from voiceagent.rca.codes import STREAM_STATES, SUBCODES, meaning, state


def test_known_codes_have_words_and_others_none() -> None:
    assert meaning("8539") == " (the callee is busy)"
    assert meaning(8501) == " (the call is not established, or over)"
    assert meaning(0) == meaning(None) == meaning("x") == ""


def test_states_of_a_stream_whatever_their_case() -> None:
    assert state("StreamConnectionInterrupted") == "StreamConnectionInterrupted: the socket broke"
    assert state("somethingNew") == "somethingNew"


def test_every_state_of_the_sdk_is_known() -> None:
    from azure.communication.callautomation import _generated

    names = {one.value for one in _generated.models.MediaStreamingStatusDetails}
    assert names <= set(STREAM_STATES)
    assert all(code.isdigit() for code in SUBCODES)
