"""Whoever watches a call may break; neither the call nor another watcher is any the worse for it."""

from __future__ import annotations

from typing import Any

import pytest
from a_runner import Bench, Watcher

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.runtime.audience import Audience
from voiceagent.runtime.runner import CallEnd
from voiceagent.testing.clock import ManualClock


class Broken:
    def note(self, call_id: str, at_ms: float, note: c.Note) -> None:
        raise OSError(28, "No space left on device")


def test_a_note_comes_with_its_call_and_its_time() -> None:
    told: list[Any] = []

    class Listening:
        def note(self, *facts: Any) -> None:
            told.append(facts)

    clock = ManualClock()
    audience = Audience("c1", clock, [Listening()])
    clock.advance(20)
    audience.note(c.PhaseNoted("answered"))
    audience.note(c.PhaseNoted("ended"), 7)
    assert told == [("c1", 20, c.PhaseNoted("answered")), ("c1", 7, c.PhaseNoted("ended"))]


def test_a_sink_that_breaks_is_logged_once_and_the_others_hear_everything(caplog: pytest.LogCaptureFixture) -> None:
    watcher, notes = Watcher(), [c.PhaseNoted("answered"), c.PhaseNoted("ended")]
    audience = Audience("c1", ManualClock(), [Broken(), watcher])
    for note in notes:
        audience.note(note)
    assert watcher.notes == notes
    assert [record.getMessage() for record in caplog.records] == ["call c1: Broken failed, and what it keeps has gaps"]


async def test_a_sink_that_breaks_ends_no_call_and_holds_up_no_end(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench({e.KeyPressed: [c.PhaseNoted("live")]}, sinks=[Broken()])
    assert await bench.run(e.KeyPressed("1")) == CallEnd("completed", "caller_left")
    assert bench.watcher.notes == [c.PhaseNoted("live"), c.CallEndedNoted("completed", "caller_left", 0, 0, 0)]
