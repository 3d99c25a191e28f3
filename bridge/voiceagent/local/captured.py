"""The captures of a project on this machine: where they are, which one is meant, with which key it opens, what it reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError
from voiceagent.local.project import settings_of

if TYPE_CHECKING:
    from voiceagent.capture.read import CaptureReader
    from voiceagent.capture.records import Header, Record
    from voiceagent.capture.seal import CaptureKey
    from voiceagent.capture.shelf import Shelved
    from voiceagent.config.schema import CaptureSection, Settings

PRIVATE = ".voiceagent"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The captures of one folder. `root` is the project's, or the folder itself where there is no project."""

    root: Path
    folder: Path
    settings: Settings

    def open(self, name: str) -> CaptureReader:
        """The capture that a path, an id, the beginning of one or `last` means, with its key if it needs one."""
        from voiceagent.capture.read import CaptureReader

        path = self.find(name)
        reader = CaptureReader(path, sealed_too=True)
        return CaptureReader(path, key=self._reading_key()) if reader.header.sealed else reader

    def find(self, name: str) -> Path:
        """Its file. UserError when the name means none or several."""
        from voiceagent.capture.shelf import find

        return find(self.folder, name)

    def survey(self, limit: int | None = None) -> list[Shelved]:
        """The captures, the latest first. Encrypted ones are looked into only with a key that needs no asking for."""
        from voiceagent.capture.keys import reading_key
        from voiceagent.capture.shelf import captures_in, survey

        readable(self.folder)
        key = reading_key(self._section) if self._section.key else None
        return [survey(path, key) for path in captures_in(self.folder)[:limit]]

    def writing_key(self) -> CaptureKey | None:
        """The key for captures that are written here; None when they are not encrypted."""
        from voiceagent.capture.keys import writing_key

        return writing_key(self._section)

    def pseudonym_key(self) -> bytes:
        """The key of the pseudonyms: the project's own, so that callers are who they are in its other captures."""
        from voiceagent.capture.keys import pseudonym_key

        return pseudonym_key(self.root / PRIVATE)

    def named(self, path: Path) -> str:
        """A path as reports name it: from the project on."""
        path, root = path.resolve(), self.root.resolve()
        return str(path.relative_to(root) if path.is_relative_to(root) else path)

    def _reading_key(self) -> CaptureKey | None:
        from voiceagent.capture.keys import reading_key

        return reading_key(self._section)

    @property
    def _section(self) -> CaptureSection:
        return self.settings.capture


def readable(folder: Path) -> None:
    """UserError when captures cannot be looked for there; a folder that is not there yet holds none."""
    try:
        if folder.exists():
            next(folder.iterdir(), None)
    except OSError as error:
        why = "it is no folder" if isinstance(error, NotADirectoryError) else error.strerror or error
        remedy = "put a folder there, or name another in capture.directory"
        raise UserError(f"no captures or reports can be read from {folder}: {why}", remedy=remedy) from error


def shelf_of(directory: Path) -> Shelf:
    """The captures of an agent project, or of a plain folder. UserError when it is neither."""
    from voiceagent.config.load import PROJECT_FILE

    if directory.is_dir() and not (directory / PROJECT_FILE).is_file():
        return Shelf(directory, directory, settings_of(None).settings)
    settings = settings_of(directory).settings
    return Shelf(directory, directory / settings.capture.directory, settings)


def report_of(header: Header, records: Iterable[Record], *, capture: str) -> dict[str, Any]:
    """The call's report, folded from the notes in its capture: the shape of `calls show --json`."""
    from voiceagent.call.commands import Note
    from voiceagent.capture.records import NoteRecord
    from voiceagent.capture.shapes import revive
    from voiceagent.observe.fold import CallFold

    fold = CallFold(header.call_id)
    fold.capture = capture
    for record in records:
        if isinstance(record, NoteRecord):
            try:
                note = revive({"type": record.type, "fields": record.fields})
            except ValueError:
                continue  # a note of another version says nothing that today's report has a place for
            if isinstance(note, Note):
                fold.note(record.at_ms, note)
    return fold.report()
