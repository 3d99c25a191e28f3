"""What is not as it was when a capture was made, our code and the project: where to look first when a replay differs."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from voiceagent import __version__
from voiceagent.capture.records import Header, SessionRecord
from voiceagent.replay.difference import unlike
from voiceagent.replay.masked import Masked

PROJECT_FILE = "voiceagent.toml"


def versions(header: Header) -> list[str]:
    """Versions that are not those of then, as sentences."""
    now = {"voiceagent": __version__, "python": platform.python_version()}
    return [f"{name}: {then} → {now[name]}" for name, then in header.versions.items() if name in now and now[name] != then]


def project_of(capture: Path) -> Path | None:
    """The agent project a capture lies in, if it does."""
    return next((folder for folder in capture.resolve().parents if (folder / PROJECT_FILE).is_file()), None)


def project(header: Header, record: SessionRecord, directory: Path) -> list[str]:
    """Settings by which a session of the project would decide otherwise today, as sentences. UserError as loading raises it."""
    from voiceagent.capture.shapes import field_values
    from voiceagent.local.project import open_project, settings_of

    opened = open_project(directory, settings_of(directory))
    masked = Masked(header.policy)
    now = _hidden(masked, field_values(opened.session_settings()))
    found = unlike(_hidden(masked, record.settings), now)
    if not found and header.project.get("hash") not in (None, opened.hash):
        found.append("files of the project (tools, prompt or settings that the session does not see)")
    return found


def _hidden(masked: Masked, settings: Mapping[str, Any]) -> Any:
    return masked.again({"type": "SessionSettings", "fields": settings})["fields"]
