"""Noticing that the author saved a file. A good edit serves the next call; a broken one is told and changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from pathlib import Path
from typing import Any

from voiceagent.agent.loading import GIVEN_UP_AFTER_SECONDS, loaded
from voiceagent.agent.project import AgentProject, is_project_file
from voiceagent.errors import UserError

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
            fresh = await loaded(reload, project.dir, given_up_after_seconds=GIVEN_UP_AFTER_SECONDS)
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


def _saves(directory: Path) -> AsyncIterable[Any]:
    from watchfiles import Change, awatch

    def wanted(_: Change, path: str) -> bool:
        return Path(path) == directory / ".env" or is_project_file(directory, Path(path))

    return awatch(directory, watch_filter=wanted, debounce=200, step=50, recursive=True)
