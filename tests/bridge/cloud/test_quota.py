"""Five searches and one purchase a week, counted."""

from __future__ import annotations

from pathlib import Path

from voiceagent.cloud.journal import Journal
from voiceagent.cloud.quota import told_quota

DAY = 86_400.0


def test_this_weeks_are_counted_and_one_too_many_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.jsonl", place="here")
    assert told_quota(journal, 0, searches=False, buys=False) == []
    for day in range(6):
        journal.write("sent", "search:US", day * DAY, action="create")
    journal.write("sent", "number:US", 0, action="create")
    journal.write("sent", "number:US", 0, action="delete")
    (search,) = told_quota(journal, 5 * DAY, searches=True, buys=False)
    assert "would be number 7 of 5" in search
    later = told_quota(journal, 11.5 * DAY, searches=True, buys=True)
    assert "search will be 2 of 5" in later[0]
    assert "purchase will be 1 of 1" in later[1]
