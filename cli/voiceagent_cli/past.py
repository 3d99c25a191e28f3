"""The calls a project remembers: the latest first, and one of them by its id, the beginning of it, or `last`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from voiceagent.errors import UserError
from voiceagent.local.project import settings_of


def calls_of(directory: Path) -> list[dict[str, Any]]:
    """One row for each call, the latest first."""
    from voiceagent.observe.store import list_reports

    return sorted(list_reports(_folder(directory)), key=lambda row: row["started_at"] or "", reverse=True)


def report_of(directory: Path, call: str) -> dict[str, Any]:
    """The report of a call. UserError when there is none, or when the beginning fits several."""
    from voiceagent.observe.store import read_report

    if call == "last":
        calls = calls_of(directory)
        if not calls:
            raise UserError(f"{directory} has no calls yet", remedy="voiceagent call")
        call = calls[0]["call_id"]
    return read_report(_folder(directory), call)


def policy_of(directory: Path) -> str:
    """What of a call is written to disk."""
    return settings_of(directory).settings.capture.policy


def _folder(directory: Path) -> Path:
    return directory / settings_of(directory).settings.capture.directory
