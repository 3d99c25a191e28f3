"""Causes as data."""

from __future__ import annotations

from voiceagent.doctor.finding import Cause, fine, skipped

CAUSE = Cause("broken", "failed", "{what} is broken", "mend {what}", "mend {what} --now")


def test_a_cause_fills_in_what_was_met() -> None:
    found = CAUSE.found(what="it")
    assert (found.status, found.code, found.detail) == ("failed", "broken", "it is broken")
    assert (found.remedy, found.next_command) == ("mend it", "mend it --now")


def test_a_secret_among_the_facts_is_left_out() -> None:
    assert "c2VjcmV0" not in CAUSE.found(what="endpoint=https://x;accesskey=c2VjcmV0").detail
    assert "c2VjcmV0" not in fine("accesskey=c2VjcmV0").detail


def test_what_was_skipped_has_no_code() -> None:
    assert skipped("no settings").code == ""
