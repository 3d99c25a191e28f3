"""Some records of a capture."""

from __future__ import annotations

import pytest

from voiceagent.capture.pick import KINDS, kind_of, pick
from voiceagent.capture.records import Damage, End, Mark, NoteRecord, Unknown, Wire, line_of, parse
from voiceagent.errors import UserError

MEDIA, ENGINE = Wire(10.0, "media", "in", b"{}", 2), Wire(20.0, "engine", "out", b"{}", 2)
NOTE, END, DAMAGE = NoteRecord(30.0, "x", {}), End(40.0, "closed", 3), Damage(5.0, 9, "broken")
ALL = [MEDIA, DAMAGE, ENGINE, NOTE, END]


def test_nothing_named_is_all() -> None:
    assert list(pick(ALL)) == ALL


def test_damage_is_always_among_them() -> None:
    assert list(pick(ALL, edges=["media"])) == [MEDIA, DAMAGE]
    assert list(pick(ALL, kinds=["note", "end"])) == [DAMAGE, NOTE, END]
    assert list(pick(ALL, from_ms=20, to_ms=30)) == [DAMAGE, ENGINE, NOTE]
    assert list(pick(ALL, edges=["engine"], kinds=["note"])) == [DAMAGE]


def test_what_nothing_is_of_is_a_user_error() -> None:
    with pytest.raises(UserError, match="'phone' is no edge of records") as caught:
        pick(ALL, edges=["phone"])
    assert caught.value.remedy == "one of media, engine, webhook, control"
    with pytest.raises(UserError, match="'event' is no kind"):
        pick(ALL, kinds=["event"])


def test_every_kind_is_named_as_in_the_file() -> None:
    for record in (MEDIA, NOTE, END, Mark(1.0, "a", "b")):
        assert kind_of(parse(line_of(record))) == kind_of(record)
        assert kind_of(record) in KINDS
    assert kind_of(Unknown(1.0, {"kind": "new"})) == "new"
    assert kind_of(DAMAGE) == "mark"
