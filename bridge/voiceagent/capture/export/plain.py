"""A capture unpacked into one JSON document: header, report, records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from voiceagent.capture.records import Header, Record, header_line, line_of


def document(header: Header, records: Iterable[Record], report: Mapping[str, Any], *, stopped: str | None) -> dict[str, Any]:
    """`stopped` tells where and why it is not complete."""
    return {
        "header": json.loads(header_line(header)),
        "report": dict(report),
        "records": [as_object(record) for record in records],
        "stopped": stopped,
    }


def as_object(record: Record) -> dict[str, Any]:
    """A record as it stands in the file; a damaged place as the mark it would become."""
    found: dict[str, Any] = json.loads(line_of(record))
    return found
