from __future__ import annotations

from typing import Any

import pytest
from a_call import CALLEE, CALLER, answer

from voiceagent.emulators.acs.asked import Asked
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.exchange import Exchange
from voiceagent.emulators.acs.ids import Ids
from voiceagent.emulators.acs.media_desk import MEDIA_OPERATIONS
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.order import Order
from voiceagent.emulators.acs.repeats import Answer

TO_CALLER = {"targetParticipant": {"rawId": CALLER}}


def ask(name: str, body: dict[str, Any]) -> Answer:
    exchange = Exchange(Ids(1), NetworkOptions(), resource_id="resource")
    call = exchange.place(Order(CALLER, CALLEE), 0)
    call.answer(answer(), 0)
    call.tick(1_000)
    operation = dict(MEDIA_OPERATIONS)[name]
    return operation(Asked(exchange, NetworkOptions(), {"connection": call.connection_id}, body, 2_000)).answer


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("play", {"playSources": [{"kind": "text", "text": {"text": "Hello"}}]}, Answer(202)),
        ("recognize", {"recognizeInputType": "dtmf", "recognizeOptions": TO_CALLER}, Answer(202)),
        ("cancelAllMediaOperations", {}, Answer(202)),
        ("startContinuousDtmfRecognition", TO_CALLER, Answer(200)),
        ("sendDtmfTones", {"tones": ["one"], **TO_CALLER, "operationContext": "x"}, Answer(202, {"operationContext": "x"})),
        ("hold", TO_CALLER, Answer(200)),
        ("startTranscription", {}, Answer(202)),
    ],
)
def test_each_answers_with_the_only_status_the_sdk_takes(name: str, body: dict[str, Any], expected: Answer) -> None:
    assert ask(name, body) == expected


@pytest.mark.parametrize(
    ("name", "code"), [("unhold", "8585"), ("stopTranscription", "8585"), ("stopContinuousDtmfRecognition", "8585")]
)
def test_what_does_not_run_cannot_be_ended(name: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        ask(name, TO_CALLER)
    assert refused.value.code == code


def test_a_language_must_be_named_to_be_changed() -> None:
    with pytest.raises(Refusal, match="Locale"):
        ask("updateTranscription", {})
