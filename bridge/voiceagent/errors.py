"""What can go wrong, by who must act.

VoiceagentError
├── UserError            settings, files or options: the message carries the remedy      exit 2
├── RemoteError          a service refused or failed: status, code, request id           exit 3
└── ProtocolError        bytes on a wire broke a rule
    ├── LocalProtocolError    we did
    └── RemoteProtocolError   the peer did
"""

from __future__ import annotations


class VoiceagentError(Exception):
    """The root: whatever the command line turns into one sentence."""


class UserError(VoiceagentError):
    """The user can mend it. `str(error)` names the thing and the value, `remedy` says what to do next."""

    def __init__(self, sentence: str, *, remedy: str = "") -> None:
        super().__init__(sentence)
        self.remedy = remedy


def unreadable(path: object, error: Exception) -> UserError:
    """What is said of a file of the user's that could not be opened, or is no text."""
    if isinstance(error, IsADirectoryError):
        return UserError(f"{path} is a folder, and a file is wanted", remedy="move it away, and write the file")
    if isinstance(error, OSError):
        return UserError(f"{path} cannot be read: {error.strerror or error}", remedy="make it readable for this user")
    return UserError(f"{path} cannot be read: {error}", remedy="save it as UTF-8 text")


class RemoteError(VoiceagentError):
    """A remote service refused or failed.

    `service` is its name for people ("Voice Live"), `status` the HTTP status or None, `code` the service's own code or "",
    `request_id` what its support asks for or "", `retry_after_seconds` how long it wants to be left alone, if it said.
    """

    def __init__(
        self,
        sentence: str,
        *,
        service: str,
        status: int | None = None,
        code: str = "",
        request_id: str = "",
        remedy: str = "",
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.service = service
        self.status = status
        self.code = code
        self.request_id = request_id
        self.remedy = remedy
        self.retry_after_seconds = retry_after_seconds


class ProtocolError(VoiceagentError):
    """A rule of a wire protocol was broken."""


class LocalProtocolError(ProtocolError):
    """We asked for something the protocol or the present state does not allow; nothing has changed."""


class RemoteProtocolError(ProtocolError):
    """The peer sent something its protocol does not allow."""
