"""The notes by which `voiceagent call` finds a running `voiceagent serve`: one while it starts, one while it runs."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Running:
    """A bridge that runs now. `token` opens its private listener; `emulator_url` is "" when its phone is a real one.

    `twilio_url` is the same for a Twilio number. `public_url` is where telephony services reach it at present.
    """

    pid: int
    port: int
    workbench_url: str
    emulator_url: str
    token: str
    twilio_url: str = ""
    public_url: str = ""


def note_path(project: Path) -> Path:
    """Where the note lies."""
    return project / ".voiceagent" / "serve.json"


def read_note(project: Path) -> Running | None:
    """The bridge that serves this project now, or None. A note whose process is gone counts as none."""
    try:
        note = Running(**json.loads(note_path(project).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return note if _alive(note) else None


@contextmanager
def noted(project: Path, running: Running) -> Iterator[None]:
    """Leave the note while the block runs; readable by the user alone, because of the token.

    Then that of a bridge which served the project before, and still does, is there again.
    """
    path, before = note_path(project), read_note(project)
    try:
        _write(path, running)
    except OSError as error:  # a bridge for real calls needs nothing of this, and may well live on a disk that is read only
        _log.warning("%s cannot be written (%s): `voiceagent call` will not find this bridge", path, error.strerror or error)
        yield
        return
    try:
        yield
    finally:
        current = read_note(project)
        if current is None or current.pid == running.pid:
            path.unlink(missing_ok=True)
            if before is not None and before.pid != running.pid and _alive(before):
                with contextlib.suppress(OSError):  # who looks for a bridge starts one, as where no note could be left
                    _write(path, before)


def moved(project: Path, public_url: str) -> None:
    """This process's bridge is reached elsewhere from now on."""
    note = read_note(project)
    if note is not None and note.pid == os.getpid():
        with contextlib.suppress(OSError):  # who looks for it finds the former address
            _write(note_path(project), replace(note, public_url=public_url))


def starting_path(project: Path) -> Path:
    """Where the note of one that starts lies."""
    return project / ".voiceagent" / "serve.starting"


@contextmanager
def starting(project: Path) -> Iterator[None]:
    """Let it be known while the block runs that a bridge of ours is coming up."""
    path = starting_path(project)
    try:
        path.parent.mkdir(exist_ok=True)
        path.write_text(str(os.getpid()), encoding="utf-8")
    except OSError:  # `noted` tells it, if it comes to that
        yield
        return
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def is_starting(project: Path) -> bool:
    """Whether a bridge for this project is coming up. A note whose process is gone counts as none."""
    try:
        pid = int(starting_path(project).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return sys.platform != "win32" and _lives(pid)


async def started(project: Path) -> Running | None:
    """The bridge that serves this project, or will in a moment; None when there is none, or it did not come up."""
    while read_note(project) is None and is_starting(project):  # noqa: ASYNC110 - another process
        await asyncio.sleep(_LOOK_SECONDS)
    return read_note(project)


def _write(path: Path, running: Running) -> None:
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(running)), encoding="utf-8")
    draft.replace(path)


def _alive(note: Running) -> bool:
    if sys.platform == "win32":  # where os.kill ends the process it should only ask about
        return _listens(note.workbench_url)
    return _lives(note.pid)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _listens(url: str) -> bool:
    import socket
    from urllib.parse import urlsplit

    where = urlsplit(url)
    try:
        with socket.create_connection((where.hostname or "", where.port or 0), timeout=1):
            return True
    except OSError:
        return False
