"""Azure's refusals: a sentence, the code, the request id, and what to do."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError

from voiceagent.cloud.refusals import first_line, refusal, unreachable


class Answer:
    status_code = 403
    reason = "Forbidden"
    headers = {"x-ms-request-id": "r-1"}  # noqa: RUF012
    content_type = "application/json"

    def text(self, _: Any = None) -> str:
        return '{"error": {"code": "AuthorizationFailed", "message": "The client has no permission."}}'


def test_a_refusal_names_what_was_asked_and_what_to_do() -> None:
    told = refusal(HttpResponseError(response=Answer()), "make the topic calls")
    assert str(told) == "refused to make the topic calls: The client has no permission."
    assert (told.status, told.code, told.request_id) == (403, "AuthorizationFailed", "r-1")
    assert "Contributor" in told.remedy


def test_a_code_that_nobody_knows_is_judged_by_its_status() -> None:
    class Throttled(Answer):
        status_code = 429

        def text(self, _: Any = None) -> str:
            return '{"error": {"code": "Whatever", "message": "Slow down."}}'

    assert "wait a minute" in refusal(HttpResponseError(response=Throttled()), "list numbers").remedy


@pytest.mark.parametrize(
    ("error", "service", "words"),
    [
        (ServiceRequestError("Cannot connect\nmore"), "Azure", "could not be reached to list numbers: Cannot connect"),
        (ClientAuthenticationError("no credential\nat all"), "Microsoft Entra", "nobody is signed in to list numbers"),
    ],
)
def test_silence_is_told_apart_from_nobody_being_signed_in(error: Exception, service: str, words: str) -> None:
    told = unreachable(error, "list numbers")
    assert (told.service, told.status) == (service, None)
    assert words in str(told)
    assert "\n" not in str(told)


def test_an_error_without_words_has_its_name() -> None:
    assert first_line(ValueError()) == "ValueError"
