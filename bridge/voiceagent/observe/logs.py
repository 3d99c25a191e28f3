"""Log lines, for people or for machines: always with the call they belong to, never with what people said or keys."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from voiceagent.discreet import PhoneNumber, Secret, Words, without_secrets

ROOT = "voiceagent"
_ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_EXAMPLE = r"(?!(?<=such as )\+1\d{3}55501\d\d(?!\d))"
"""`a number such as +14255550123`: of the range that is nobody's, in a sentence of ours about how numbers are written."""
_NUMBER = re.compile(rf"(?<![\w.]){_EXAMPLE}\+\d{{7,15}}(?!\d)|(?<=\b4:)\+?\d{{7,15}}(?!\d)")


def set_up_logging(level: Literal["debug", "info", "warning", "error"], style: Literal["text", "json"], stream: TextIO) -> None:
    """Send the library's log lines to a stream, replacing what an earlier call set up. Other libraries log from warnings on."""
    writer = logging.StreamHandler(stream)
    writer.setFormatter(JsonLines() if style == "json" else TextLines())
    writer.set_name(ROOT)
    root = logging.getLogger()
    for earlier in [one for one in root.handlers if one.get_name() == ROOT]:
        root.removeHandler(earlier)
    root.addHandler(writer)
    root.setLevel(logging.WARNING)
    logging.getLogger(ROOT).setLevel(level.upper())
    # Its SDK warns of an argument that it adds to every hold by itself.
    logging.getLogger("azure.communication.callautomation._generated").setLevel(logging.ERROR)
    # Its access lines hold our addresses, and they hold tokens.
    logging.getLogger("uvicorn.access").setLevel(logging.CRITICAL)


class TextLines(logging.Formatter):
    """`12:01:02.345 warning runtime.runner [call 5f3a…] the sentence`"""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and a traceback below it when there is one."""
        clock = datetime.fromtimestamp(record.created).strftime("%H:%M:%S.%f")[:-3]
        call = getattr(record, "call_id", None)
        where = record.name.removeprefix(f"{ROOT}.")
        about = f"[call {call}] " if call else ""
        line = f"{clock} {record.levelname.lower()} {where} {about}{discreet_text(record.getMessage())}"
        return f"{line}\n{self._traceback(record)}" if record.exc_info else line

    def _traceback(self, record: logging.LogRecord) -> str:
        return discreet_text(self.formatException(record.exc_info)) if record.exc_info else ""


class JsonLines(TextLines):
    """One object a line: time, level, logger, message, call_id, and every `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """A line of JSON."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": discreet_text(record.getMessage()),
            "call_id": getattr(record, "call_id", None),
        }
        line |= {key: discreet(value) for key, value in vars(record).items() if key not in _ORDINARY and key != "call_id"}
        if record.exc_info:
            line["traceback"] = self._traceback(record)
        return json.dumps(line, ensure_ascii=False, default=str)


def discreet(value: Any) -> Any:
    """A value fit for a log: discreet strings show their mask even inside containers, where `json` would show all of them."""
    if isinstance(value, (PhoneNumber, Words, Secret)):
        return str(value)
    if isinstance(value, str):
        return discreet_text(value)
    if isinstance(value, Mapping):
        return {str(key): discreet(item) for key, item in value.items()}
    return [discreet(item) for item in value] if isinstance(value, (list, tuple, set, frozenset)) else value


def discreet_text(text: str) -> str:
    """Without keys and phone numbers that slipped in as ordinary text."""
    return _NUMBER.sub(lambda match: f"…{match[0][-2:]}", without_secrets(text))
