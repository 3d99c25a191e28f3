"""Noticing that the author saved a file. A good edit serves the next call; a broken one is told and changes nothing."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterable, AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from voiceagent.agent.loading import loaded
from voiceagent.agent.project import AgentProject, is_project_file, project_folders
from voiceagent.errors import UserError

_log = logging.getLogger(__name__)

_FIRST_BATCH_MS = 500
"""A further watch yields its first batch after this time at the latest; by then it surely watches."""
_LOOK_AGAIN_SECONDS = 1.0

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
    """Each batch of saves. Folders are watched one by one, so that one which cannot be does not cost the others.

    A batch that names a folder ends the watch: a folder made again under its old name is another, of which the watch knows
    nothing. Each further watch begins with a batch of its own, for what was saved while there was none.
    """
    from watchfiles import Change, awatch

    unread, folders, polling, missed = set[Path](), set[Path](), False, False

    def is_folder(path: Path) -> bool:
        return is_project_file(directory, path / "any.md") and (path in folders or path.is_dir())  # no captures

    def wanted(_: Change, path: str) -> bool:
        file = Path(path)
        return missed or file == directory / ".env" or is_project_file(directory, file) or is_folder(file)

    while True:
        folders = await loaded(lambda: _watchable(directory, unread))
        try:
            if not folders:
                raise FileNotFoundError(directory)
            watching = awatch(
                *folders,
                watch_filter=wanted,
                debounce=200,
                step=50,
                rust_timeout=_FIRST_BATCH_MS,
                yield_on_timeout=True,
                recursive=False,
                force_polling=polling or None,
                ignore_permission_denied=True,
            )
            async with aclosing(watching):
                async for batch in watching:
                    if batch or missed:
                        missed = False
                        yield batch
                    if any(is_folder(Path(path)) for _, path in batch):
                        break
        except FileNotFoundError:  # a folder went before its watch began, or the project is being made again
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        except (OSError, RuntimeError) as error:  # the system's watches are used up, or cannot be had on this file system
            if polling:
                _log.warning("%s is not watched: %s; start again after an edit", directory, error)
                return
            polling = True
            _log.warning("%s is not watched: %s; its files are looked at again and again instead", directory, error)
        missed = True


def _watchable(directory: Path, unread: set[Path]) -> set[Path]:
    """The folders that may be read; the others are told once, and kept in `unread`."""
    found = set()
    for folder in project_folders(directory):
        if os.access(folder, os.R_OK | os.X_OK):
            found.add(folder)
        elif folder not in unread and folder.is_dir():
            unread.add(folder)
            _log.warning("%s is not watched: this user may not read it", folder)
    return found
