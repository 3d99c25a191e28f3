from __future__ import annotations

from typing import Any

import pytest
from a_call import CALLER, US

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.media_requests import (
    Choice,
    hold_request,
    play_request,
    recognize_request,
    send_tones_request,
)
from voiceagent.emulators.acs.prompts import Source
from voiceagent.emulators.acs.requests import Operation

TEXT = {"kind": "text", "text": {"text": "Hello"}}


def test_a_play_for_everybody_that_loops() -> None:
    found = play_request({"playSources": [TEXT], "playTo": [], "playOptions": {"loop": True}, "operationContext": "x"})
    assert (found.sources, found.to, found.loop) == ((Source("words", "Hello"),), (), True)
    assert found.operation == Operation("x")


def test_a_recognition_of_keys_with_all_it_may_say() -> None:
    found = recognize_request(
        {
            "recognizeInputType": "dtmf",
            "playPrompts": [TEXT],
            "recognizeOptions": {
                "targetParticipant": {"rawId": CALLER},
                "interruptPrompt": True,
                "initialSilenceTimeoutInSeconds": 7,
                "dtmfOptions": {"interToneTimeoutInSeconds": 3, "maxTonesToCollect": 4, "stopTones": ["pound", "asterisk"]},
            },
        }
    )
    assert (found.inputs, found.initial_silence_ms, found.inter_tone_ms) == (("dtmf",), 7_000, 3_000)
    assert (found.most_keys, found.stop_keys, found.prompt_may_be_interrupted) == (4, "#*", True)


def test_choices_have_phrases_and_perhaps_a_key() -> None:
    choices = [{"label": "Yes", "phrases": ["yes", "sure"], "tone": "one"}]
    options = {"targetParticipant": {"rawId": CALLER}, "choices": choices}
    found = recognize_request({"recognizeInputType": "choices", "recognizeOptions": options})
    assert found.choices == (Choice("Yes", ("yes", "sure"), "1"),)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "RecognizeInputType"),
        ({"recognizeInputType": "dtmf"}, "RecognizeOptions"),
        ({"recognizeInputType": "choices", "recognizeOptions": {"targetParticipant": {"rawId": CALLER}}}, "Choices"),
        (
            {
                "recognizeInputType": "dtmf",
                "recognizeOptions": {"targetParticipant": {"rawId": CALLER}, "dtmfOptions": {"interToneTimeoutInSeconds": 61}},
            },
            "InterToneTimeoutInSeconds",
        ),
    ],
)
def test_a_recognition_that_does_not_fit_names_the_field(body: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusal, match=field):
        recognize_request(body)


def test_tones_go_to_telephones_and_are_at_most_eighteen() -> None:
    assert send_tones_request({"tones": ["one", "pound"], "targetParticipant": {"rawId": CALLER}})[:2] == ("1#", CALLER)
    for tones, target in ((["one"] * 19, CALLER), ([], CALLER), (["loud"], CALLER), (["one"], US)):
        with pytest.raises(Refusal):
            send_tones_request({"tones": tones, "targetParticipant": {"rawId": target}})


def test_a_hold_may_have_music() -> None:
    assert hold_request({"targetParticipant": {"rawId": CALLER}}).music is None
    assert hold_request({"targetParticipant": {"rawId": CALLER}, "playSourceInfo": TEXT}).music == Source("words", "Hello")


def test_a_play_without_sources_is_refused() -> None:
    with pytest.raises(Refusal, match="PlaySources"):
        play_request({"playSources": []})
