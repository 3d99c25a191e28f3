"""What `doctor --fix` may mend: files of the project on this machine, and nothing that anybody could miss.

Settings, secrets and Azure are left to their owner.
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from voiceagent.config.load import PROJECT_FILE
from voiceagent.local.running import note_path, read_note

PRIVATE = (".env", ".voiceagent/serve.json", ".voiceagent/pseudonyms.key", ".voiceagent/serve.log")
"""Files that only their owner should read."""
IGNORED = (".env", ".voiceagent/")
"""What git must not keep beside people's calls: secrets, this machine's notes."""
CAPTURES = "captures"
"""Where calls are unless the settings say otherwise; what lies there stays private whatever they say now."""


def mend(directory: Path, captures: str | None, *, could_not: Callable[[str], None] = lambda _: None) -> Iterator[str]:
    """Mend, and tell each thing that was done; nothing in a folder that is no project.

    `captures` is the folder that the settings name for them (`capture.directory`), None where calls are not written down or
    nobody can tell. `could_not` hears what this user may not mend: the checks are made all the same.
    """
    if not (directory / PROJECT_FILE).is_file():
        return
    steps = (
        _keep_private(directory),
        _have_captures(directory, captures),
        _forget_the_dead(directory),
        _keep_out_of_git(directory, captures),
    )
    for step in steps:
        try:
            yield from step
        except OSError as error:
            could_not(f"{error.filename or directory}: {error.strerror or error}")
        except UnicodeDecodeError:
            could_not(".gitignore is not UTF-8 text")


def _keep_private(directory: Path) -> Iterator[str]:
    for name in PRIVATE:
        path = directory / name
        if path.is_file() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            path.chmod(0o600)
            yield f"{name} is now for its owner alone"


def _have_captures(directory: Path, captures: str | None) -> Iterator[str]:
    if captures and not (folder := directory / captures).exists():
        try:
            folder.mkdir(mode=0o700, parents=True)
        except OSError:
            return  # the check of the folder tells why
        yield f"made the folder {captures}"


def _forget_the_dead(directory: Path) -> Iterator[str]:
    path = note_path(directory)
    if path.exists() and read_note(directory) is None:
        path.unlink(missing_ok=True)
        yield f"removed {path.relative_to(directory)}: the bridge it told of has ended"


def _keep_out_of_git(directory: Path, captures: str | None) -> Iterator[str]:
    path = directory / ".gitignore"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    usual = CAPTURES if (directory / CAPTURES).is_dir() else None
    ignored = dict.fromkeys([*IGNORED, *_inside(directory, usual), *_inside(directory, captures)])
    missing = [name for name in ignored if name not in lines and name.rstrip("/") not in lines]
    if missing:
        path.write_text("\n".join([*lines, *missing]) + "\n", encoding="utf-8")
        yield f"added to .gitignore: {', '.join(missing)}"


def _inside(directory: Path, captures: str | None) -> Iterator[str]:
    """The folder of captures as git names it; nothing when it lies outside the project, or is the project itself."""
    if captures:
        root, folder = directory.resolve(), (directory / captures).resolve()
        if root in folder.parents:
            yield f"{folder.relative_to(root).as_posix()}/"
