"""The refusals of the Resource Manager."""

from __future__ import annotations

import pytest

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.arm import errors


@pytest.mark.parametrize(
    ("refusal", "status", "code"),
    [
        (errors.unauthenticated(), 401, "AuthenticationFailed"),
        (errors.no_version(), 400, "MissingApiVersionParameter"),
        (errors.not_found("x"), 404, "ResourceNotFound"),
        (errors.no_such_group("x"), 404, "ResourceGroupNotFound"),
        (errors.invalid("No."), 400, "InvalidRequest"),
        (errors.conflict("No."), 409, "Conflict"),
        (errors.not_allowed("PUT", "/x"), 405, "MethodNotAllowed"),
    ],
)
def test_a_refusal_has_status_and_code(refusal: Refusal, status: int, code: str) -> None:
    assert (refusal.status, refusal.body()["error"]["code"]) == (status, code)


def test_the_code_of_a_failed_handshake_has_a_blank() -> None:
    assert errors.not_validated("http://x", "Why.")["code"] == "Url validation"
