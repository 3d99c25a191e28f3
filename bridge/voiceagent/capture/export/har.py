"""A call as an HTTP archive (HAR 1.2): webhooks, control requests, and both WebSockets with their frames, as browsers do."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from voiceagent import __version__
from voiceagent.capture.records import Header, Record, Wire

_NOT_TAKEN = -1  # HAR's word for a size or time that nobody measured
_WEBHOOK_URL = "https://bridge.invalid/webhook"  # a capture does not know under which address the bridge was called
_SOCKETS = {"media": "wss://bridge.invalid/media", "engine": "wss://engine.invalid/realtime"}


def har(header: Header, records: Iterable[Record]) -> dict[str, Any]:
    """The document. What a capture does not hold (HTTP headers, sizes on the wire) is empty, as the format allows."""
    began = _time(header.created)
    entries: list[dict[str, Any]] = []
    sockets: dict[str, dict[str, Any]] = {}
    waiting: deque[tuple[dict[str, Any], float]] = deque()
    for record in records:
        if not isinstance(record, Wire):
            continue
        if record.edge in _SOCKETS:
            if record.edge not in sockets:
                sockets[record.edge] = _socket(record.edge, began + timedelta(milliseconds=record.at_ms))
                entries.append(sockets[record.edge])
            _say(sockets[record.edge], record, began)
        elif record.edge == "control" and record.direction == "in" and waiting:
            entry, since = waiting.popleft()
            _answer(entry, _object(record), record.at_ms - since)
        else:
            entry = _request(record, began)
            entries.append(entry)
            if record.edge == "control" and record.direction == "out":
                waiting.append((entry, record.at_ms))
    creator = {"name": "voiceagent", "version": __version__}
    comment = f"call {header.call_id}, capture policy {header.policy}"
    return {"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries, "comment": comment}}


def _entry(when: datetime, method: str, url: str, *, kind: str, body: str | None = None) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "queryString": [],
        "headersSize": _NOT_TAKEN,
        "bodySize": _NOT_TAKEN if body is None else len(body.encode()),
    }
    if body is not None:
        request["postData"] = {"mimeType": "application/json", "text": body}
    return {
        "startedDateTime": when.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "time": 0,
        "request": request,
        "response": _response(0, ""),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "_resourceType": kind,
    }


def _response(status: int, text: str) -> dict[str, Any]:
    return {
        "status": status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": [],
        "content": {"size": len(text.encode()), "mimeType": "application/json", "text": text},
        "redirectURL": "",
        "headersSize": _NOT_TAKEN,
        "bodySize": _NOT_TAKEN,
    }


def _request(record: Wire, began: datetime) -> dict[str, Any]:
    when = began + timedelta(milliseconds=record.at_ms)
    if record.edge == "webhook":
        return _entry(when, "POST", _WEBHOOK_URL, kind="webhook", body=_text(record))
    raw = _object(record)
    body = raw.get("body")
    text = None if body is None else json.dumps(body, ensure_ascii=False)
    return _entry(when, str(raw.get("method") or ""), str(raw.get("url") or ""), kind="fetch", body=text)


def _answer(entry: dict[str, Any], raw: Mapping[str, Any], took_ms: float) -> None:
    body, status = raw.get("body"), raw.get("status")
    entry["response"] = _response(
        status if type(status) is int else 0, "" if body is None else json.dumps(body, ensure_ascii=False)
    )
    entry["time"] = entry["timings"]["wait"] = round(took_ms, 3)


def _socket(edge: str, when: datetime) -> dict[str, Any]:
    entry = _entry(when, "GET", _SOCKETS[edge], kind="websocket")
    return {**entry, "response": _response(101, ""), "_webSocketMessages": [], "comment": edge}


def _say(entry: dict[str, Any], record: Wire, began: datetime) -> None:
    time = (began + timedelta(milliseconds=record.at_ms)).timestamp()
    kind = "send" if record.direction == "out" else "receive"
    entry["_webSocketMessages"].append({"type": kind, "time": round(time, 6), "opcode": 1, "data": _text(record)})
    entry["time"] = round((time - _time(entry["startedDateTime"]).timestamp()) * 1000, 3)


def _text(record: Wire) -> str:
    return "" if record.frame is None else record.frame.decode(errors="replace")


def _object(record: Wire) -> Mapping[str, Any]:
    try:
        raw = json.loads(record.frame or b"")
    except ValueError:
        return {}
    return raw if isinstance(raw, dict) else {}


def _time(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return when if when.tzinfo else when.replace(tzinfo=UTC)
