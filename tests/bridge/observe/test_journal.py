"""The bridge's diary on disk."""

from __future__ import annotations

import logging
from pathlib import Path

from voiceagent.observe.journal import journal, journal_path, read_journal

LOG = logging.getLogger("voiceagent.server.anything")


def test_what_is_logged_while_it_is_open_can_be_read_back(tmp_path: Path) -> None:
    with journal(tmp_path):
        LOG.warning("turned away", extra={"kind": "turned_away", "where": "/events", "why": "no secret", "call_id": "c1"})
    LOG.warning("after the end")
    [entry] = read_journal(tmp_path)
    assert (entry.kind, entry.where, entry.why, entry.call_id, entry.level) == (
        "turned_away",
        "/events",
        "no secret",
        "c1",
        "warning",
    )
    assert read_journal(tmp_path, since=entry.at + 1) == []


def test_it_is_its_owners_and_discreet(tmp_path: Path) -> None:
    with journal(tmp_path):
        LOG.warning("the call of +14255550177 with accesskey=c2VjcmV0")
    text = journal_path(tmp_path).read_text()
    assert journal_path(tmp_path).stat().st_mode & 0o077 == 0
    assert "4255550177" not in text
    assert "c2VjcmV0" not in text


def test_lines_that_are_no_entries_are_passed_over(tmp_path: Path) -> None:
    journal_path(tmp_path).parent.mkdir()
    journal_path(tmp_path).write_text('nonsense\n{"time": 3}\n[1]\n')
    assert read_journal(tmp_path) == []
    assert read_journal(tmp_path / "nowhere") == []


def test_a_disk_that_refuses_costs_the_journal_only(tmp_path: Path) -> None:
    (tmp_path / ".voiceagent").write_text("a file")
    with journal(tmp_path):
        LOG.warning("goes on")
    assert read_journal(tmp_path) == []


def test_the_older_half_is_read_too(tmp_path: Path) -> None:
    with journal(tmp_path):
        LOG.warning("first")
    path = journal_path(tmp_path)
    path.rename(path.with_name("serve.log.1"))
    with journal(tmp_path):
        LOG.warning("second")
    assert [one.message for one in read_journal(tmp_path)] == ["first", "second"]
