"""Everything as JSON."""

from __future__ import annotations

import json

from voiceagent.capture.export.plain import document
from voiceagent.capture.records import Damage, Header, NoteRecord, Wire


def test_everything_is_in_it() -> None:
    records = [Wire(1.0, "media", "in", b'{"a": [1]}', 0), NoteRecord(2.0, "x", {"b": 1}), Damage(2.0, 9, "broken")]
    found = document(Header("c1", "x", "full"), records, {"call_id": "c1"}, stopped="why")
    assert found["header"]["call_id"] == "c1"
    assert found["records"] == [
        {"t": 1.0, "kind": "wire", "edge": "media", "dir": "in", "frame": {"a": [1]}},
        {"t": 2.0, "kind": "note", "type": "x", "fields": {"b": 1}},
        {"t": 2.0, "kind": "mark", "mark": "damaged", "sentence": "at byte 9: broken"},
    ]
    assert (found["report"], found["stopped"]) == ({"call_id": "c1"}, "why")
    json.dumps(found)
