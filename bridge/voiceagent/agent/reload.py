"""Noticing that the author saved a file. A good edit serves the next call; a broken one is told and changes nothing."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from voiceagent.agent.loading import loaded
from voiceagent.agent.project import AgentProject, is_project_file, project_folders
from voiceagent.errors import UserError

_log = logging.getLogger(__name__)

Reload = Callable[[], AgentProject]
"""Loads settings and project afresh; raises UserError when the author's files are broken."""


async def watch_project(
    project: AgentProject,
    reload: Reload,
    *,
    changed: Callable[[AgentProject], None],
    broken: Callable[[UserError], None],
    changes: AsyncIterable[Any] | None = None,
) -> None:
    """Until cancelled: after each change of the project's files load it again.

    `changed` gets the new project, unless its files are what they were; `broken` the reason why the old one stays. `changes`
    replaces the file system in tests: each item is one batch of saves.
    """
    known = project.hash
    secrets = _dotenv_state(project.dir)
    async for _ in changes if changes is not None else _saves(project.dir):
        try:
            fresh = await loaded(reload)
        except UserError as error:
            known = ""  # going back to the last good text is news as well
            broken(error)
            continue
        except Exception as error:  # an author's half-saved files must not end the calls under way, whatever they make us raise
            known = ""
            broken(_unforeseen(error))
            continue
        now = _dotenv_state(project.dir)
        if fresh.hash != known or now != secrets:
            known, secrets = fresh.hash, now
            changed(fresh)


def _unforeseen(error: Exception) -> UserError:
    return UserError(
        f"loading the project failed: {type(error).__name__}: {error}",
        remedy="undo the last change; `voiceagent config show` tries the files again",
    )


def _dotenv_state(directory: Path) -> bytes:
    """Secrets are no part of the hash, but a new key is a reason to load again."""
    try:
        return (directory / ".env").read_bytes()
    except OSError:
        return b""


async def _saves(directory: Path) -> AsyncIterator[Any]:
    """Each batch of saves. Folders are watched one by one, so that one which cannot be does not cost the others."""
    from watchfiles import Change, awatch

    def wanted(_: Change, path: str) -> bool:
        file = Path(path)
        folder = file / "any.md"  # as a file in it would be: no captures
        return (
            file == directory / ".env"
            or is_project_file(directory, file)
            or (is_project_file(directory, folder) and file.is_dir())
        )

    unread, polling = set[Path](), False
    while True:
        every = project_folders(directory)
        folders = _watchable(every, unread)
        watching = awatch(
            *folders,
            watch_filter=wanted,
            debounce=200,
            step=50,
            recursive=False,
            force_polling=polling or None,
            ignore_permission_denied=True,
        )
        try:
            async with aclosing(watching):
                async for batch in watching:
                    yield batch
                    if project_folders(directory) != every:
                        break  # a folder came or went
        except (OSError, RuntimeError) as error:  # the system's watches are used up, or cannot be had on this file system
            if polling:
                _log.warning("%s is not watched: %s; start again after an edit", directory, error)
                return
            polling = True
            _log.warning("%s is not watched: %s; its files are looked at again and again instead", directory, error)


def _watchable(folders: Iterable[Path], unread: set[Path]) -> list[Path]:
    """Those that may be read; the others are told once, and kept in `unread`."""
    found = []
    for folder in folders:
        if os.access(folder, os.R_OK | os.X_OK):
            found.append(folder)
        elif folder not in unread:
            unread.add(folder)
            _log.warning("%s is not watched: this user may not read it", folder)
    return found
