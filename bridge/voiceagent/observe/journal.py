"""The bridge's own diary on disk: what was turned away before there was a call whose capture could tell it.

One JSON object a line in the project's `.voiceagent/serve.log`, bounded, readable by its owner only. Everything is masked as
log lines are. `rca` and `doctor` read it.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from voiceagent.observe.logs import ROOT, JsonLines

MOST_BYTES = 1_000_000
OLDER_FILES = 1
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened beside any call: `kind` is turned_away, stale_ring, no_call, or "" for any other line.

    `at` is Unix time in seconds, `where` the surface, `why` the reason, `correlation_id` the service's id of the call if known.
    `subscription`: Event Grid's, as a delivery names it; a stranger's names none.
    """

    at: float
    kind: str
    where: str
    why: str
    correlation_id: str = ""
    call_id: str = ""
    subscription: str = ""
    level: str = ""
    message: str = ""


def journal_path(project: Path) -> Path:
    """Where it lies."""
    return project / ".voiceagent" / "serve.log"


@contextmanager
def journal(project: Path) -> Iterator[None]:
    """Write the library's log lines from `info` on into the project's journal while the block runs.

    A disk that refuses costs the journal, never the bridge.
    """
    path = journal_path(project)
    try:
        path.parent.mkdir(exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600))
        writer = RotatingFileHandler(path, maxBytes=MOST_BYTES, backupCount=OLDER_FILES, encoding="utf-8")
    except OSError as error:
        _log.warning("%s cannot be written (%s): `voiceagent rca` will know less", path, error.strerror or error)
        yield
        return
    writer.setFormatter(JsonLines())
    logger = logging.getLogger(ROOT)
    logger.addHandler(writer)
    try:
        yield
    finally:
        logger.removeHandler(writer)
        writer.close()


def read_journal(project: Path, *, since: float = 0.0) -> list[Entry]:
    """The entries from a time on (Unix seconds), oldest first. What is no entry is passed over."""
    path = journal_path(project)
    found = [entry for one in (path.with_name(f"{path.name}.1"), path) for entry in _entries(one)]
    return [entry for entry in found if entry.at >= since]


def _entries(path: Path) -> Iterator[Entry]:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            yield _entry(json.loads(line))
        except (ValueError, TypeError, KeyError, AttributeError):
            continue


def _entry(raw: dict[str, Any]) -> Entry:
    told = {name: str(raw.get(name) or "") for name in _TOLD}
    return Entry(datetime.fromisoformat(str(raw["time"])).timestamp(), **told)


_TOLD = tuple(one.name for one in fields(Entry) if one.name != "at")
