"""Writes calls down as they happen, without ever holding one up.

The event loop only appends to a bounded queue; one thread redacts, compresses and writes for all calls. When the queue is full
the capture of the call that overflowed ends with a mark: a capture with a hole in it would replay as something that never
happened, and waiting for the disk would be heard by the caller.
"""

from __future__ import annotations

import logging
import platform
import re
import secrets as randomness
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from voiceagent import __version__
from voiceagent.call.commands import CallEndedNoted, Command, Note
from voiceagent.call.events import Event
from voiceagent.capture import records
from voiceagent.capture.one import OpenCapture
from voiceagent.capture.redact import Redactor
from voiceagent.capture.seal import CaptureKey
from voiceagent.capture.shelf import SUFFIX

_log = logging.getLogger(__name__)

_BEAT_SECONDS = 0.05
_SYNC_SECONDS = 1.0  # what a kill -9 may cost
_BATCH = 64  # records between two compressions, which let the event loop's thread in
_REMEMBERED = 2000

Item = tuple[str, float, str, Any, Any]
"""call id, time, and either (edge, direction, frame) or ("", kind, content)."""


class CaptureWriter:
    """A `WireTap` and a `Sink` for all calls of a process. Use it as a context manager; leaving it ends all captures.

    `policy` off makes every method a no-op. `secrets` are texts that must not reach the disk. `key` makes phone numbers the
    same pseudonym in several captures; without it a fresh one is made. With `seal` the captures are encrypted. `bound` counts
    records waiting for the thread.
    """

    def __init__(
        self,
        directory: Path,
        *,
        policy: Literal["off", "redacted", "full"] = "redacted",
        project: Mapping[str, str] | None = None,
        engine: str = "",
        secrets: Sequence[str] = (),
        key: bytes | None = None,
        seal: CaptureKey | None = None,
        bound: int = 20_000,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._directory = directory
        self._policy = policy
        self._project = dict(project or {})
        self._engine = engine
        self._seal = seal
        self._wall = wall
        self._bound = bound
        self._queue: deque[Item] = deque()
        self._redactor = Redactor(
            "full" if policy == "full" else "redacted", key=key or randomness.token_bytes(32), secrets=secrets
        )
        self._paths: OrderedDict[str, Path] = OrderedDict()
        self._open: dict[str, OpenCapture] = {}
        self._ended: OrderedDict[str, str | None] = OrderedDict()
        self._overflowed: set[str] = set()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> CaptureWriter:
        if self._policy != "off":
            self._thread = threading.Thread(target=self._work, name="voiceagent-capture", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Write what is queued, end every capture, stop the thread. Idempotent."""
        if self._thread is not None:
            self._closing.set()
            self._thread.join()
            self._thread = None

    def learn(self, secrets: Sequence[str]) -> None:
        """Further secrets that must not reach the disk, from here on."""
        self._redactor.learn(secrets)

    # --- from the event loop: each is an append

    def frame(self, call_id: str, at_ms: float, edge: str, direction: str, frame: bytes) -> None:
        """A frame on the wire (the port `WireTap`); hot path."""
        queue, overflowed = self._queue, self._overflowed
        if self._thread is None or (overflowed and call_id in overflowed):
            return
        if len(queue) >= self._bound:
            overflowed.add(call_id)
            return
        queue.append((call_id, at_ms, edge, direction, frame))

    def note(self, call_id: str, at_ms: float, note: Note) -> None:
        """A note (the port `Sink`). `CallEndedNoted` ends the capture."""
        self._put(call_id, at_ms, "note", note)

    def session(self, call_id: str, at_ms: float, settings: Any) -> None:
        """What the session decides by; before its first reaction."""
        self._put(call_id, at_ms, "session", settings)

    def reaction(self, call_id: str, at_ms: float, event: Event | None, commands: Sequence[Command]) -> None:
        """One step of the session, for exact replay."""
        self._put(call_id, at_ms, "reaction", (event, tuple(commands)))

    def lane(self, call_id: str, at_ms: float, do: str, reply_id: str, item_id: str, ms: float) -> None:
        """What the audio lane told the playback account, for exact replay; as hot as a frame."""
        queue, overflowed = self._queue, self._overflowed
        if self._thread is None or (overflowed and call_id in overflowed):
            return
        if len(queue) >= self._bound:
            overflowed.add(call_id)
            return
        queue.append((call_id, at_ms, "", "lane", (do, reply_id, item_id, ms)))

    def path(self, call_id: str) -> Path | None:
        """Where the capture of a call is (going to be) written; None when there is none."""
        if self._policy == "off":
            return None
        known = self._paths.get(call_id)
        if known is None:
            known = self._paths.setdefault(call_id, self._directory / file_name(call_id, self._wall()))
            while len(self._paths) > _REMEMBERED:
                self._paths.popitem(last=False)
        return known

    def kept(self, call_id: str) -> Path | None:
        """Where the capture of a call is, as far as is known; None when there is none or nothing of it could be written."""
        path = self.path(call_id)
        if path is None or self.failure(call_id) is None:
            return path
        try:
            return path if path.stat().st_size else None
        except OSError:
            return None

    def failure(self, call_id: str) -> str | None:
        """Why a capture ended before its call, if it did, and what to do about it."""
        capture = self._open.get(call_id)
        return capture.complaint if capture else self._ended.get(call_id)

    def _put(self, call_id: str, at_ms: float, kind: str, content: Any) -> None:
        if self._thread is None:
            return
        self.path(call_id)
        # Notes and reactions are few; they may use a little more than frames, so that the end of a call still gets through.
        if call_id in self._overflowed:
            return
        if len(self._queue) >= self._bound + self._bound // 4:
            self._overflowed.add(call_id)
            return
        self._queue.append((call_id, at_ms, "", kind, content))

    # --- in the thread

    def _work(self) -> None:
        synced = time.monotonic()
        while True:
            closing = self._closing.is_set()  # before the drain: what was queued until now is written
            busy = self._drain()
            now = time.monotonic()
            if now - synced >= _SYNC_SECONDS:
                synced = now
                for capture in list(self._open.values()):
                    capture.write(sync=True)
            if closing and not self._queue:
                break
            if not busy:
                self._closing.wait(_BEAT_SECONDS if self._open else 4 * _BEAT_SECONDS)
        for call_id in list(self._open):
            self._end(call_id, "closed")

    def _drain(self) -> bool:
        """One batch; True when there was anything."""
        touched: dict[str, OpenCapture] = {}
        for _ in range(_BATCH):
            try:
                item = self._queue.popleft()
            except IndexError:
                break
            capture = self._take(item)
            if capture is not None:
                touched[item[0]] = capture
        for capture in touched.values():
            capture.write(sync=False)
        if self._overflowed and not self._queue:  # all that was accepted is written: the mark stands where the hole begins
            for call_id in list(self._overflowed):
                if call_id not in self._ended:
                    self._opened(call_id)
                    self._end(call_id, "queue-full", "the disk was slower than the call; what follows is missing")
                self._overflowed.discard(call_id)
        return bool(touched)

    def _take(self, item: Item) -> OpenCapture | None:
        call_id, at_ms, edge, kind, content = item
        if call_id in self._ended:
            return None
        capture = self._opened(call_id)
        try:
            capture.add(at_ms, self._redactor.wire(at_ms, edge, kind, content) if edge else self._line(at_ms, kind, content))
        except Exception as error:  # one record that cannot be written must not cost the others
            _log.warning("a record of call %s could not be written: %s", call_id, type(error).__name__)
            capture.add(at_ms, records.record_line(at_ms, "mark", mark="lost-record", sentence=type(error).__name__))
        if isinstance(content, CallEndedNoted):
            self._end(call_id, "closed")
        return capture

    def _line(self, at_ms: float, kind: str, content: Any) -> bytes:
        if kind == "lane":
            do, reply_id, item_id, ms = content
            return records.record_line(at_ms, "lane", do=do, reply=reply_id, item=item_id, ms=ms)
        if kind == "note":
            return self._redactor.note(at_ms, content)
        if kind == "session":
            return self._redactor.session(at_ms, content)
        event, commands = content
        return self._redactor.reaction(at_ms, event, commands)

    def _opened(self, call_id: str) -> OpenCapture:
        capture = self._open.get(call_id)
        if capture is None:
            path = self.path(call_id)
            assert path is not None, "the thread runs only with a policy"
            created = datetime.fromtimestamp(self._wall(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            versions = {"voiceagent": __version__, "python": platform.python_version()}
            header = records.Header(call_id, created, self._policy, versions, self._project, self._engine)
            capture = self._open[call_id] = OpenCapture(path, header, seal=self._seal)
        return capture

    def _end(self, call_id: str, reason: str, sentence: str = "") -> None:
        capture = self._open.pop(call_id)
        capture.end(reason, sentence)
        self._ended[call_id] = capture.complaint
        while len(self._ended) > _REMEMBERED:
            self._ended.popitem(last=False)


def file_name(call_id: str, began: float) -> str:
    """The name of a capture: when (Unix seconds), and the call's id, which comes from outside and must not leave the folder."""
    stamp = datetime.fromtimestamp(began, UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{stamp}-{re.sub(r'[^A-Za-z0-9_-]', '_', call_id)[:80] or 'call'}{SUFFIX}"
