from __future__ import annotations

from typing import Any

import pytest
from a_call import CALLER

from voiceagent.emulators.acs.media_requests import Choice, RecognizeRequest
from voiceagent.emulators.acs.recognition import Outcome, Recognition, chosen

CHOICES = (Choice("Confirm", ("yes", "yes please"), "1"), Choice("Cancel", ("no",), "2"))


def listening(*inputs: str, **more: Any) -> Recognition:
    found = Recognition(RecognizeRequest(inputs, CALLER, **more))
    found.listen(0)
    return found


def code(outcome: Outcome | None) -> tuple[str, int]:
    assert outcome is not None
    return outcome.type, outcome.result.sub_code


def test_the_last_of_the_wanted_keys_completes() -> None:
    one = listening("dtmf", most_keys=2)
    assert one.key("4", 100) is None
    outcome = one.key("*", 200)
    assert code(outcome) == ("RecognizeCompleted", 8531)
    assert outcome is not None
    assert outcome.facts == {"recognition_type": "dtmf", "dtmf_result": {"tones": ["four", "asterisk"]}}


def test_a_stop_key_completes_and_is_not_among_the_tones() -> None:
    one = listening("dtmf", stop_keys="#")
    one.key("7", 100)
    outcome = one.key("#", 200)
    assert code(outcome) == ("RecognizeCompleted", 8514)
    assert outcome is not None
    assert outcome.facts["dtmf_result"] == {"tones": ["seven"]}


def test_silence_at_first_and_between_keys_fails_differently() -> None:
    one = listening("dtmf", initial_silence_ms=5_000, inter_tone_ms=2_000)
    assert one.tick(4_999) is None
    assert code(one.tick(5_000)) == ("RecognizeFailed", 8510)
    two = listening("dtmf", inter_tone_ms=2_000)
    two.key("1", 1_000)
    assert two.tick(2_999) is None
    assert code(two.tick(3_000)) == ("RecognizeFailed", 8532)


def test_speech_completes_after_the_end_silence_and_may_go_on_within_it() -> None:
    one = listening("speech", end_silence_ms=500)
    one.speech_began()
    assert one.tick(60_000) is None
    one.heard("I would like", 0.9, 61_000)
    one.speech_began()
    one.heard("a pizza", 0.8, 62_000)
    outcome = one.tick(62_500)
    assert code(outcome) == ("RecognizeCompleted", 8569)
    assert outcome is not None
    assert outcome.facts["speech_result"] == {"speech": "I would like a pizza", "confidence": 0.8}


def test_speech_that_was_not_understood_fails() -> None:
    one = listening("speech", end_silence_ms=0)
    one.heard("", 0.0, 10)
    assert code(one.tick(10)) == ("RecognizeFailed", 8563)


def test_a_choice_is_made_by_a_key_or_by_one_of_its_phrases() -> None:
    by_key = listening("choices", choices=CHOICES).key("2", 10)
    assert code(by_key) == ("RecognizeCompleted", 8533)
    assert by_key is not None
    assert by_key.facts["choice_result"]["recognizedPhrase"] is None  # there: apps read it without asking
    assert code(listening("choices", choices=CHOICES).key("9", 10)) == ("RecognizeFailed", 8534)
    one = listening("choices", choices=CHOICES, end_silence_ms=0)
    one.heard("Oh yes, please!", 0.7, 10)
    outcome = one.tick(10)
    assert code(outcome) == ("RecognizeCompleted", 8545)
    assert outcome is not None
    assert outcome.facts["choice_result"] == {"label": "Confirm", "recognizedPhrase": "yes please", "confidence": 0.7}


def test_words_that_are_no_choice_fail() -> None:
    assert chosen("yesterday", CHOICES) == (None, "")
    one = listening("choices", choices=CHOICES, end_silence_ms=0)
    one.heard("maybe", 0.7, 10)
    assert code(one.tick(10)) == ("RecognizeFailed", 8547)


@pytest.mark.parametrize(("inputs", "keys", "speech"), [(("speech",), False, True), (("dtmf",), True, False)])
def test_what_was_not_asked_for_is_not_heard(inputs: tuple[str, ...], keys: bool, speech: bool) -> None:
    one = listening(*inputs, most_keys=1, initial_silence_ms=1_000)
    assert (one.wants_keys, one.wants_speech) == (keys, speech)
    if not keys:
        assert one.key("1", 10) is None
    else:
        one.heard("one", 1.0, 10)
        assert code(one.tick(1_000)) == ("RecognizeFailed", 8510)
