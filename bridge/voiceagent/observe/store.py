"""Finished reports on disk, one file a call beside the captures: `<call_id>.report.json`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from voiceagent.errors import UserError
from voiceagent.observe.fold import CallFold

SUFFIX = ".report.json"
_SAFE = re.compile(r"[A-Za-z0-9_-]{1,80}")
_WORDS = re.compile(r"[^\W\d_]")
_DIGITS = re.compile(r"\d")


class ReportStore:
    """One folder of reports. `policy` is the captures': `redacted` hides words, as it does there, and `off` writes nothing."""

    def __init__(self, directory: Path, *, policy: Literal["off", "redacted", "full"] = "redacted") -> None:
        self._directory = directory
        self._policy = policy

    def write(self, fold: CallFold) -> Path | None:
        """Write a finished report, whole or not at all. Raises OSError as the file system does."""
        if self._policy == "off":
            return None
        report = fold.report()
        if self._policy == "redacted":
            report = redacted(report)
        self._directory.mkdir(parents=True, exist_ok=True)
        path = self._directory / f"{_file_name(fold.call_id)}{SUFFIX}"
        draft = path.with_suffix(".draft")
        content = json.dumps({"v": 1, "row": fold.row(), "report": report}, ensure_ascii=False)
        try:
            with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
                file.write(content)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        return path

    def rows(self) -> list[dict[str, Any]]:
        """All calls, latest first; a damaged file is passed over."""
        found = [content["row"] for content in self._contents()]
        return sorted(found, key=lambda row: row.get("started_at") or "", reverse=True)

    def read(self, call_id: str) -> dict[str, Any]:
        """A report, by the call's id, the beginning of one, its correlation id, or `last`. UserError when it is not clear."""
        reports: list[dict[str, Any]] = [content["report"] for content in self._contents()]
        if call_id == "last" and reports:
            return max(reports, key=lambda report: str(report.get("started_at") or ""))
        matching = [report for report in reports if _matches(report, call_id)]
        exact = [report for report in matching if call_id in (report["call_id"], report.get("correlation_id"))]
        if len(found := exact or matching) == 1:
            return found[0]
        what = "several reports begin with" if found else "there is no report of"
        raise UserError(f"{what} call {call_id!r} in {self._directory}", remedy="`voiceagent calls list` names them")

    def prune(self, *, older_than_days: float, now: float) -> int:
        """Delete reports and captures older than this (by file time against `now`, Unix seconds); how many files went."""
        gone = 0
        for pattern in (f"*{SUFFIX}", "*.jsonl.gz"):
            for path in self._directory.glob(pattern):
                if now - path.stat().st_mtime > older_than_days * 86_400:
                    path.unlink(missing_ok=True)
                    gone += 1
        return gone

    def _contents(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self._directory.glob(f"*{SUFFIX}")):
            try:
                content = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if isinstance(content, dict) and all("call_id" in (content.get(part) or {}) for part in ("report", "row")):
                yield content


def list_reports(directory: Path) -> list[dict[str, Any]]:
    """The rows of `calls list`."""
    return ReportStore(directory).rows()


def read_report(directory: Path, call_id: str) -> dict[str, Any]:
    """One call's report."""
    return ReportStore(directory).read(call_id)


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


def _matches(report: dict[str, Any], call_id: str) -> bool:
    return bool(call_id) and (str(report["call_id"]).startswith(call_id) or report.get("correlation_id") == call_id)


def _file_name(call_id: str) -> str:
    """An id from outside cannot leave the folder."""
    return call_id if _SAFE.fullmatch(call_id) else (re.sub(r"[^A-Za-z0-9_-]", "_", call_id)[:80] or "call")
