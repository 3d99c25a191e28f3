"""The refusals of Call Automation: HTTP status, subcode and sentence of each, and their body.

The `code` of the body is a string and in practice the subcode.
"""

from __future__ import annotations

from typing import Any

from voiceagent.errors import VoiceagentError


class Refusal(VoiceagentError):
    """The service says no to a request; those of numbers and of Azure's management say it in the same shape."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code

    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": str(self)}}


def unauthorized(why: str) -> Refusal:
    return Refusal(401, "Unauthorized", f"HMAC validation failed (7509): {why}")


def not_found(what: str = "Call") -> Refusal:
    return Refusal(404, "8522", f"{what} not found.")


def invalid(field: str) -> Refusal:
    return Refusal(400, "8523", f"The field {field} is invalid.")


def stale() -> Refusal:
    """The phone no longer rings. The sentence is the one that was seen from the real service; its status was not."""
    # unverified: stale-answer
    return Refusal(400, "8523", "Lifetime validation of the signed http request failed.")


def answered_already() -> Refusal:
    # unverified: answered-twice
    return Refusal(409, "8519", "The call has already been answered, rejected or redirected.")


def not_established() -> Refusal:
    return Refusal(400, "8501", "Action is invalid when call is not in Established state.")


def wrong_state(sentence: str) -> Refusal:
    return Refusal(400, "8585", f"Action is not valid in the current call state: {sentence}")


def not_configured(feature: str) -> Refusal:
    return Refusal(405, "8522", f"Missing configuration: {feature} was not set when the call was answered.")


def wrong_media_mode(sentence: str) -> Refusal:
    return Refusal(400, "8500", f"Media operation is not possible now: {sentence}")


def no_speech_service() -> Refusal:
    """Words can be spoken and recognised only with `callIntelligenceOptions` given at the beginning of the call."""
    return Refusal(400, "8567", "Action failed: the call has no linked cognitive service (callIntelligenceOptions).")


def recording_runs() -> Refusal:
    return Refusal(400, "8553", "Recording is already running for this call.")


def unknown_route(method: str, url: str) -> Refusal:
    return Refusal(404, "NotFound", f"No HTTP resource was found that matches the request URI {method} {url}.")
