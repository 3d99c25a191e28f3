"""The ear opens when the last reason to close it is gone."""

from __future__ import annotations

from voiceagent.call.commands import ListenAgain, StopListening
from voiceagent.call.ear import Ear


def test_what_closes_it_opens_it() -> None:
    ear = Ear()
    assert ear.close("digits") == [StopListening()]
    assert ear.open("digits") == [ListenAgain()]


def test_it_stays_closed_while_another_reason_is_left() -> None:
    ear = Ear()
    ear.close("digits")
    assert ear.close("briefing") == []
    assert ear.open("digits") == []
    assert ear.open("briefing") == [ListenAgain()]


def test_a_reason_counts_once_and_one_that_was_not_given_opens_nothing() -> None:
    ear = Ear()
    assert ear.open("briefing") == []
    ear.close("briefing")
    assert ear.close("briefing") == []
    assert ear.open("briefing") == [ListenAgain()]
    assert ear.open("briefing") == []
