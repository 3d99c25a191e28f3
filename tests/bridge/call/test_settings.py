from __future__ import annotations

from voiceagent.testing.factories import engine_setup, session_settings


def test_without_turn_detection_the_engine_does_what_it_does_by_default() -> None:
    settings = session_settings()
    assert settings.end_silence_ms == 500
    assert (settings.engine_replies, settings.engine_interrupts, settings.engine_truncates) == (True, True, False)


def test_turn_detection_tells_what_is_left_to_us() -> None:
    detection = {
        "silence_duration_ms": 300,
        "create_response": False,
        "interrupt_response": False,
        "auto_truncate": True,
    }
    settings = session_settings(setup=engine_setup(turn_detection=detection))
    assert settings.end_silence_ms == 300
    assert (settings.engine_replies, settings.engine_interrupts, settings.engine_truncates) == (False, False, True)


def test_a_silence_that_is_no_number_is_the_default() -> None:
    assert session_settings(setup=engine_setup(turn_detection={"silence_duration_ms": None})).end_silence_ms == 500


def test_the_padding_before_an_onset_is_the_kinds_own_unless_set() -> None:
    def padding(**detection: object) -> float:
        return session_settings(setup=engine_setup(turn_detection=detection)).onset_padding_ms

    assert padding(type="server_vad") == 400
    assert padding(type="azure_semantic_vad_en") == 420
    assert padding(type="server_vad", prefix_padding_ms=120) == 120
    assert padding() == 0
