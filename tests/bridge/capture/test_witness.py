"""A session that is watched behaves as one that is not."""

from __future__ import annotations

from pathlib import Path

from voiceagent.call.commands import Command, EngineSetup, StopPlayback
from voiceagent.call.events import Event, TimePassed
from voiceagent.call.settings import SessionSettings
from voiceagent.capture.read import read_capture
from voiceagent.capture.records import Reaction, SessionRecord
from voiceagent.capture.shapes import revive
from voiceagent.capture.witness import WitnessedSession
from voiceagent.capture.write import CaptureWriter

SETTINGS = SessionSettings(setup=EngineSetup("Be brief.", "alloy", 24000))


class Echo:
    def start(self, now: float) -> list[Command]:
        return []

    def handle(self, event: Event, now: float) -> list[Command]:
        return [StopPlayback()]

    def deadline(self) -> float | None:
        return 42.0


def test_everything_passes_through_and_is_written_down(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path) as writer:
        session = WitnessedSession(Echo(), call_id="c1", writer=writer, settings=SETTINGS)
        assert session.start(0.0) == []
        assert session.handle(TimePassed(), 5.0) == [StopPlayback()]
        assert session.deadline() == 42.0
        path = writer.path("c1")
    assert path is not None
    settings, start, step, _ = read_capture(path).records
    assert isinstance(settings, SessionRecord)
    assert revive({"type": "SessionSettings", "fields": settings.settings}) == SETTINGS
    assert start == Reaction(0.0, None, ())
    assert step == Reaction(5.0, {"type": "TimePassed", "fields": {}}, ({"type": "StopPlayback", "fields": {}},))
