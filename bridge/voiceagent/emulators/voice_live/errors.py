"""The sentences with which the service refuses: codes, messages and the `error` event's shape.

Nearly every refusal leaves the session open. A `Refusal` is raised where the rule is known and becomes an `error` event at the
one door where client events enter.
"""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """A client event was not accepted; nothing has changed. The session goes on unless `wedges`."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = "invalid_value",
        param: str | None = None,
        kind: str = "invalid_request_error",
        wedges: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.param = param
        self.kind = kind
        self.wedges = wedges

    def body(self, client_event_id: str | None) -> dict[str, Any]:
        """The `error` member of the event."""
        return {
            "type": self.kind,
            "code": self.code,
            "message": str(self),
            "param": self.param,
            "event_id": client_event_id,
        }


def response_active(response_id: str) -> Refusal:
    return Refusal(
        f"Conversation already has an active response in progress: {response_id}. "
        "Wait until the response is finished before creating a new one.",
        code="conversation_already_has_active_response",
    )


def nothing_to_cancel() -> Refusal:
    return Refusal("Cancellation failed: no active response found", code="response_cancel_not_active")


def buffer_too_small(buffered_ms: float) -> Refusal:
    return Refusal(
        f"Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, "
        f"but buffer only has {buffered_ms:.2f}ms of audio.",
        code="input_audio_buffer_commit_empty",
    )


def append_too_large(limit: int) -> Refusal:
    return Refusal(f"Audio of one append event must not exceed {limit} bytes.", param="audio", code="string_above_max_length")


def bad_audio() -> Refusal:
    return Refusal("Invalid 'audio'. Expected base64-encoded audio bytes in the session's input format.", param="audio")


def bad_json() -> Refusal:
    return Refusal("The message is not a JSON object.", code="invalid_json")


def unknown_type(name: object) -> Refusal:
    return Refusal(f"Invalid value: '{name}'. It is not the type of a client event.", param="type")


def missing(param: str) -> Refusal:
    return Refusal(f"Missing required parameter: '{param}'.", code="missing_required_parameter", param=param)


def unknown_item(operation: str, item_id: object) -> Refusal:
    """`operation` is retrieve, delete or truncate."""
    return Refusal(
        f"Error {operation[:-1]}ing item: the item with id '{item_id}' does not exist.",
        code=f"item_{operation}_invalid_item_id",
        param="item_id",
    )


def not_speech() -> Refusal:
    return Refusal("Only audio content of assistant messages can be truncated.", code="invalid_value", param="item_id")


def shorter_already(has_ms: float, wanted_ms: float) -> Refusal:
    return Refusal(f"Audio content of {has_ms:.0f}ms is already shorter than {wanted_ms:.0f}ms", param="audio_end_ms")


def bad_session(message: str, param: str, *, wedges: bool = False) -> Refusal:
    return Refusal(message, code="invalid_session_update_message", param=param, wedges=wedges)


def wedged() -> Refusal:
    """What a session answers to everything after the update that broke it (end-of-utterance detection on a native model)."""
    return Refusal(
        "The session is in a failed state after an invalid session.update.", kind="server_error", code="server_error"
    )


def session_expired(minutes: float) -> Refusal:
    return Refusal(f"Your session hit the maximum duration of {minutes:g} minutes.", code="session_expired")


def output_overflow() -> Refusal:
    return Refusal("The client reads too slowly: too much output is waiting.", code="session_output_overflow")


def is_number(value: object) -> bool:
    """Whether a JSON value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)
