from __future__ import annotations

from voiceagent.call.silence import Silence


def test_silence_is_counted_from_calm() -> None:
    silence = Silence(8000, ("Hello?",))
    assert silence.settle(0, calm=False) is None
    assert silence.deadline() is None
    assert silence.settle(1000, calm=True) is None
    assert silence.settle(5000, calm=True) is None
    assert silence.deadline() == 9000
    assert silence.settle(9000, calm=True) == "Hello?"
    assert silence.deadline() is None


def test_any_stir_stops_the_count() -> None:
    silence = Silence(8000, ("Hello?",))
    silence.settle(0, calm=True)
    assert silence.settle(7999, calm=False) is None
    assert silence.deadline() is None
    silence.settle(10_000, calm=True)
    assert silence.deadline() == 18_000


def test_after_the_last_prompt_the_call_shall_end() -> None:
    silence = Silence(1000, ("One?", "Two?"))
    said = []
    for now in range(0, 6000, 500):
        verdict = silence.settle(now, calm=True)
        if verdict is not None:
            said.append(verdict)
    assert said[:3] == ["One?", "Two?", True]


def test_a_caller_who_stirs_hears_the_first_prompt_again() -> None:
    silence = Silence(1000, ("One?", "Two?"))
    silence.settle(0, calm=True)
    silence.settle(1000, calm=True)
    silence.caller_stirred()
    silence.settle(2000, calm=True)
    assert silence.settle(3000, calm=True) == "One?"


def test_silence_may_be_allowed() -> None:
    silence = Silence(None, ("One?",))
    assert silence.settle(0, calm=True) is None
    assert silence.settle(10**9, calm=True) is None
    assert silence.deadline() is None
