"""Finished reports on disk, one file a call beside the captures: `<call_id>.report.json`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from voiceagent.errors import UserError
from voiceagent.observe.fold import CallFold

SUFFIX = ".report.json"
_SAFE = re.compile(r"[A-Za-z0-9_-]{1,80}")
_WORDS = re.compile(r"[^\W\d_]")
_DIGITS = re.compile(r"\d")


_NOBODYS = ("call_id", "started_at", "duration_ms", "outcome", "end_reason", "capture", "agent", "phase")
"""What a list may show of an encrypted report without its key: facts about the call, and none about a person."""


class Seal(Protocol):
    """What encrypts reports, with the key of the captures."""

    def seal(self, content: bytes, *, about: str) -> dict[str, str]:
        """What is written in place of the content."""
        ...

    def open(self, sealed: Mapping[str, str], *, about: str) -> bytes:
        """The content. Raises ValueError with the reason when it cannot be opened."""
        ...


@dataclass(frozen=True, slots=True)
class _Kept:
    """One file. `report` is None when it is encrypted and cannot be opened; `locked` says why."""

    row: dict[str, Any]
    report: dict[str, Any] | None
    locked: str = ""


class ReportStore:
    """One folder of reports. `policy` is the captures': `redacted` hides words, as it does there, and `off` writes nothing.

    `seal` is asked when there is a report to write, which it then encrypts, or an encrypted one to open.
    """

    def __init__(
        self,
        directory: Path,
        *,
        policy: Literal["off", "redacted", "full"] = "redacted",
        seal: Callable[[], Seal | None] = lambda: None,
    ) -> None:
        self._directory = directory
        self._policy = policy
        self._seal = seal

    def write(self, fold: CallFold) -> Path | None:
        """Write a finished report, whole or not at all. Raises OSError as the file system does."""
        if self._policy == "off":
            return None
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"{_file_name(fold.call_id)}{SUFFIX}"
        draft = path.with_suffix(".draft")
        content = json.dumps({"v": 1, **self._content(fold)}, ensure_ascii=False)
        try:
            with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(content)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        return path

    def _content(self, fold: CallFold) -> dict[str, Any]:
        report, row = fold.report(), fold.row()
        whole = {"row": row, "report": redacted(report) if self._policy == "redacted" else report}
        seal = self._seal()
        if seal is None:
            return whole
        sealed = seal.seal(json.dumps(whole, ensure_ascii=False).encode(), about=fold.call_id)
        return {"row": {name: row[name] for name in _NOBODYS}, "sealed": sealed}

    def rows(self) -> list[dict[str, Any]]:
        """All calls, latest first. A damaged file is passed over; one encrypted with another key is shown without people."""
        found = [{"from": "", "to": "", **kept.row} for kept in self._all()]
        return sorted(found, key=lambda row: row.get("started_at") or "", reverse=True)

    def read(self, call_id: str) -> dict[str, Any]:
        """A report, by the call's id, the beginning of one, its correlation id, or `last`. UserError when it is not clear."""
        everything = list(self._all())
        if call_id == "last" and everything:
            return self._opened(max(everything, key=lambda kept: str(kept.row.get("started_at") or "")))
        matching = [kept for kept in everything if _matches(kept, call_id)]
        exact = [kept for kept in matching if call_id in (kept.row["call_id"], (kept.report or {}).get("correlation_id"))]
        if len(found := exact or matching) == 1:
            return self._opened(found[0])
        what = "several reports begin with" if found else "there is no report of"
        raise UserError(f"{what} call {call_id!r} in {self._directory}", remedy="`voiceagent calls list` names them")

    def _opened(self, kept: _Kept) -> dict[str, Any]:
        if kept.report is None:
            raise UserError(
                f"the report of call {kept.row['call_id']} is encrypted {kept.locked}",
                remedy="set VOICEAGENT_CAPTURE_KEY (or capture.key_vault_key) to the key it was written with",
            )
        return kept.report

    def prune(self, *, older_than_days: float, now: float) -> int:
        """Delete reports and captures older than this (by file time against `now`, Unix seconds); how many files went."""
        gone = 0
        for pattern in (f"*{SUFFIX}", "*.jsonl.gz"):
            for path in self._directory.glob(pattern):
                if now - path.stat().st_mtime > older_than_days * 86_400:
                    path.unlink(missing_ok=True)
                    gone += 1
        return gone

    def _all(self) -> Iterator[_Kept]:
        for path in sorted(self._directory.glob(f"*{SUFFIX}")):
            try:
                kept = self._kept(json.loads(path.read_text(encoding="utf-8")))
            except (OSError, ValueError):
                continue
            if kept is not None:
                yield kept

    def _kept(self, content: Any) -> _Kept | None:
        """None: it is no report. Raises ValueError for one that does not even hold what it says."""
        if not isinstance(content, dict) or "call_id" not in (content.get("row") or {}):
            return None
        if isinstance(sealed := content.get("sealed"), dict):
            seal, row = self._seal(), content["row"]
            if seal is None:
                return _Kept(row, None, f"with key {sealed.get('key')}, and there is no key in the settings")
            try:
                content = json.loads(seal.open(sealed, about=row["call_id"]))
            except ValueError as error:
                return _Kept(row, None, f"with key {sealed.get('key')}, and {error}")
        return _Kept(content["row"], content["report"]) if "call_id" in (content.get("report") or {}) else None


def list_reports(directory: Path, *, seal: Callable[[], Seal | None] = lambda: None) -> list[dict[str, Any]]:
    """The rows of `calls list`."""
    return ReportStore(directory, seal=seal).rows()


def read_report(directory: Path, call_id: str, *, seal: Callable[[], Seal | None] = lambda: None) -> dict[str, Any]:
    """One call's report."""
    return ReportStore(directory, seal=seal).read(call_id)


def redacted(report: dict[str, Any]) -> dict[str, Any]:
    """The same report without what was said: words keep their length, tools keep the names of their fields."""
    turns = [{**turn, "text": _hidden(turn["text"])} for turn in report["turns"]]
    tools = [{**tool, "arguments": _hidden(tool["arguments"]), "result": _hidden(tool["result"])} for tool in report["tools"]]
    return {**report, "turns": turns, "tools": tools}


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _hidden(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    if isinstance(value, str):
        return _DIGITS.sub("0", _WORDS.sub("x", value))
    return 0 if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _matches(kept: _Kept, call_id: str) -> bool:
    correlation = (kept.report or {}).get("correlation_id")
    return bool(call_id) and (str(kept.row["call_id"]).startswith(call_id) or correlation == call_id)


def _file_name(call_id: str) -> str:
    """An id from outside cannot leave the folder."""
    return call_id if _SAFE.fullmatch(call_id) else (re.sub(r"[^A-Za-z0-9_-]", "_", call_id)[:80] or "call")
