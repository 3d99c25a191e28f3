"""A call as a browser's network page shows it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from voiceagent.capture.export.har import har
from voiceagent.capture.records import Header, Mark, Wire

HEADER = Header("c1", "2026-11-22T05:00:00.000Z", "redacted")


def wire(at_ms: float, edge: str, direction: str, value: Any) -> Wire:
    return Wire(at_ms, edge, direction, json.dumps(value).encode(), 0)


ENTRIES = har(
    HEADER,
    [
        wire(0, "webhook", "in", [{"type": "x"}]),
        wire(10, "control", "out", {"method": "POST", "url": "https://acs/a", "body": {"n": 1}}),
        wire(20, "control", "out", {"method": "DELETE", "url": "https://acs/b", "body": None}),
        wire(35, "control", "in", {"status": 200, "body": {"ok": True}}),
        wire(60, "control", "in", {"status": 204, "body": None}),
        wire(70, "media", "in", {"kind": "AudioMetadata"}),
        wire(80, "engine", "out", {"type": "session.update"}),
        wire(90, "media", "out", {"Kind": "StopAudio"}),
        Wire(95, "media", "in", None, 9),
        Mark(99, "x", "y"),
    ],
)["log"]["entries"]


def test_requests_have_their_answers_in_order() -> None:
    webhook, first, second, *_ = ENTRIES
    assert (webhook["request"]["method"], webhook["request"]["postData"]["text"]) == ("POST", '[{"type": "x"}]')
    assert (first["request"]["url"], first["response"]["status"], first["time"]) == ("https://acs/a", 200, 25)
    assert first["response"]["content"]["text"] == '{"ok": true}'
    assert (second["request"]["method"], second["response"]["status"], second["time"]) == ("DELETE", 204, 40)
    assert "postData" not in second["request"]
    assert first["startedDateTime"] == "2026-11-22T05:00:00.010Z"


def test_sockets_have_their_frames() -> None:
    media, engine = ENTRIES[3:]
    assert [entry["_resourceType"] for entry in (media, engine)] == ["websocket"] * 2
    assert [(frame["type"], frame["data"]) for frame in media["_webSocketMessages"]] == [
        ("receive", '{"kind": "AudioMetadata"}'),
        ("send", '{"Kind": "StopAudio"}'),
        ("receive", ""),
    ]
    assert media["_webSocketMessages"][1]["time"] - media["_webSocketMessages"][0]["time"] == pytest.approx(0.02, abs=1e-5)
    assert (media["response"]["status"], media["time"]) == (101, 25)


def test_every_entry_has_what_the_format_requires() -> None:
    for entry in ENTRIES:
        assert set(entry) >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
        assert set(entry["request"]) >= {
            "method",
            "url",
            "httpVersion",
            "cookies",
            "headers",
            "queryString",
            "headersSize",
            "bodySize",
        }
        assert set(entry["response"]) >= {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL"}


def test_what_is_damaged_is_still_an_archive() -> None:
    odd = [
        Wire(1, "control", "in", b"{", 1),
        Wire(2, "control", "out", b"[1]", 3),
        Wire(3, "control", "in", b'{"status": "x"}', 3),
        Wire(4, "strange", "in", b"\xff", 1),
    ]
    document = har(Header("c1", "yesterday", "full"), odd)
    assert len(document["log"]["entries"]) == 3
    json.dumps(document)
