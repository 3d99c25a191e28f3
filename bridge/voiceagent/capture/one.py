"""One call's capture file while it is being written; lives in the writer's thread."""

from __future__ import annotations

import errno
import logging
from dataclasses import replace
from pathlib import Path

from voiceagent.capture import records
from voiceagent.capture.aside import Aside
from voiceagent.capture.gz import GzipLog
from voiceagent.capture.seal import ALGORITHM, CaptureKey, Sealer

_FULL = (errno.ENOSPC, errno.EDQUOT)
_NO_FOLDER = (FileExistsError, NotADirectoryError)
_log = logging.getLogger(__name__)


def remedy_of(error: OSError) -> str:
    """What to do about a file that the disk did not take."""
    if error.errno in _FULL:
        return "make room"
    return "make it writable for this user, or name another folder in capture.directory"


class OpenCapture:
    """Lines in, file out. After `closed` everything is ignored; a file that cannot be written never raises.

    With `seal` every block but the header's is encrypted, and what a killed process leaves of the last one is lost.
    """

    def __init__(self, path: Path, header: records.Header, *, seal: CaptureKey | None = None) -> None:
        self.path = path
        self.closed = False
        self.failure: str | None = None
        self.remedy = ""
        self._call_id = header.call_id
        self._count = 0
        self._at_ms = 0.0
        self._pending: list[bytes] = []
        self._unsealed: list[bytes] = []
        self._aside = Aside()
        self._log: GzipLog | None = None
        if seal is not None:
            header = replace(header, sealed={"alg": ALGORITHM, "key": seal.id})
        line = records.header_line(header)
        self._sealer = Sealer(seal, line) if seal is not None else None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._log = GzipLog(path)
            self._log.write(line + b"\n")
            self._log.sync()  # the header is there even if the very next thing is a crash
        except OSError as error:
            self._fail(error)

    def add(self, at_ms: float, line: bytes) -> None:
        """Take a line; `write` hands the lines on."""
        if not self.closed:
            self._pending.append(line if self._sealer is not None else self._aside.taken(line))
            self._count += 1
            self._at_ms = max(self._at_ms, at_ms)

    def write(self, *, sync: bool) -> None:
        """Compress what is pending; with `sync` it can be read and verified in the file afterwards."""
        if self.closed or self._log is None:
            return
        try:
            if self._pending:
                content = b"\n".join(self._pending) + b"\n"
                self._pending.clear()
                self._put(self._log, content)
            if sync:
                self._sync(self._log)
        except OSError as error:
            self._fail(error)

    def end(self, reason: str, sentence: str = "") -> None:
        """The last record; `sentence` when the capture ends before its call."""
        if self.closed or self._log is None:
            return
        self._pending.append(self._last_lines(reason, sentence))
        try:
            self._put(self._log, b"\n".join(self._pending) + b"\n")
            self._finish(self._log)
            self.closed, self.failure = True, sentence or None
        except OSError as error:
            self._fail(error)

    def _put(self, log: GzipLog, content: bytes) -> None:
        if self._sealer is None:
            log.write(content)
        else:
            self._unsealed.append(content)

    def _sync(self, log: GzipLog) -> None:
        if self._sealer is not None and self._unsealed:
            content = b"".join(self._unsealed)
            self._unsealed.clear()
            log.write(self._sealer.seal(log.number, content))
        if audio := self._aside.line():
            log.write(b"", aside=audio + b"\n")
        log.sync()

    def _finish(self, log: GzipLog) -> None:
        self._sync(log)
        log.finish()

    def _last_lines(self, reason: str, sentence: str) -> bytes:
        lines = [records.record_line(self._at_ms, "mark", mark=reason, sentence=sentence)] if sentence else []
        lines.append(records.record_line(self._at_ms, "end", reason=reason, records=self._count + len(lines)))
        return b"\n".join(lines)

    def _fail(self, error: OSError) -> None:
        """The disk is full or gone: say so in the file if there is room, and let the call go on."""
        self.closed = True
        reason = "disk-full" if error.errno in _FULL else "disk-failed"
        why = "a file is where the folder should be" if isinstance(error, _NO_FOLDER) else str(error.strerror or error)
        self.failure, self.remedy = f"{self.path}: {why}", remedy_of(error)
        nothing = self._log is None or (not self._give_up(self._log, self._last_lines(reason, why)) and self._log.empty)
        _log.warning(
            "the capture of call %s %s: %s; %s",
            self._call_id,
            "is not written" if nothing else "ends early",
            self.failure,
            self.remedy,
            extra={"call_id": self._call_id},
        )
        self._pending.clear()

    @property
    def complaint(self) -> str | None:
        """Why it ended before its call, if it did, and what to do about it."""
        return "; ".join(filter(None, (self.failure, self.remedy))) or None

    def _give_up(self, log: GzipLog, last: bytes) -> bool:
        """End the file with these lines at the latest place where they fit."""
        while log.cut_back():
            self._unsealed = []
            self._aside = Aside()
            try:
                self._put(log, last + b"\n")
                self._finish(log)
            except OSError:
                continue
            return True
        if log.empty:
            self.path.unlink(missing_ok=True)  # not even its header could be written
        return False
