"""The calls a project remembers: the latest first, and one of them by its id, the beginning of it, or `last`."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError
from voiceagent.local.project import settings_of

if TYPE_CHECKING:
    from voiceagent.capture.seal import Envelope


def calls_of(directory: Path) -> list[dict[str, Any]]:
    """One row for each call, the latest first."""
    from voiceagent.local.captured import readable
    from voiceagent.observe.store import list_reports

    readable(_folder(directory))
    # A list asks nobody for a key: what it cannot open it shows without people.
    return list_reports(_folder(directory), seal=lambda: _seal(directory, ask=False))


def report_of(directory: Path, call: str) -> dict[str, Any]:
    """The report of a call. UserError when there is none, or when the beginning fits several."""
    from voiceagent.observe.store import read_report

    if call == "last":
        calls = calls_of(directory)
        if not calls:
            raise UserError(f"{directory} has no calls yet", remedy=f"voiceagent call {quote(str(directory))}")
        call = calls[0]["call_id"]
    return read_report(_folder(directory), call, seal=lambda: _seal(directory, ask=True))


def policy_of(directory: Path) -> str:
    """What of a call is written to disk."""
    return settings_of(directory).settings.capture.policy


def _folder(directory: Path) -> Path:
    return directory / settings_of(directory).settings.capture.directory


def _seal(directory: Path, *, ask: bool) -> Envelope | None:
    """What opens encrypted reports; `ask` Key Vault for the key, if that is where it is."""
    from voiceagent.capture.keys import reading_key
    from voiceagent.capture.seal import Envelope

    settings = settings_of(directory).settings.capture
    key = reading_key(settings) if settings.key or ask else None
    return None if key is None else Envelope(key)
