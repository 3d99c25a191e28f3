from __future__ import annotations

from dataclasses import replace

import pytest
from a_call import TRANSCRIPTION, answer, connected, notices, ringing, told

from voiceagent.emulators.acs.effects import CloseTranscription, OpenTranscription, Result
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.requests import Operation


def test_it_starts_changes_its_language_and_stops() -> None:
    call = connected()
    call.transcribing.start(Operation("write"), "en-GB")
    assert call.drain() == [OpenTranscription(TRANSCRIPTION.url, "en-GB")]
    call.transcribing.opened()
    (started,) = notices(call)
    assert (started.type, started.operation_context) == ("TranscriptionStarted", "write")
    call.transcribing.update("de-DE", Operation())
    assert (told(call), call.transcribing.locale) == (["TranscriptionUpdated"], "de-DE")
    call.transcribing.stop(Operation())
    assert call.drain()[0] == CloseTranscription()
    assert call.transcribing.state == "inactive"


def test_it_starts_with_the_call_when_asked_to() -> None:
    call = ringing()
    call.answer(replace(answer(), transcription=replace(TRANSCRIPTION, starts_at_once=True)), 0)
    call.tick(1_000)
    assert OpenTranscription(TRANSCRIPTION.url, "en-US") in call.drain()


def test_a_socket_that_fails_leaves_the_call_up() -> None:
    call = connected()
    call.transcribing.start(Operation())
    call.drain()
    call.transcribing.failed("streamConnectionUnsuccessful", Result(500, 8603, "no"))
    assert (told(call), call.leg_is_up) == (["TranscriptionFailed"], True)


def test_what_does_not_run_is_not_stopped_and_what_was_not_configured_not_started() -> None:
    call = connected()
    with pytest.raises(Refusal):
        call.transcribing.stop(Operation())
    other = ringing()
    other.answer(replace(answer(), transcription=None), 0)
    other.tick(1_000)
    with pytest.raises(Refusal) as refused:
        other.transcribing.start(Operation())
    assert (refused.value.status, refused.value.code, other.transcribing.state) == (405, "8522", "disabled")


def test_starting_what_runs_is_refused_and_the_end_of_the_call_closes_it() -> None:
    call = connected()
    call.transcribing.start(Operation())
    call.transcribing.opened()
    with pytest.raises(Refusal):
        call.transcribing.start(Operation())
    call.drain()
    call.hang_up(3_000, for_everyone=True)
    assert call.drain()[0] == CloseTranscription()
