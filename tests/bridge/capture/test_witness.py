"""A session that is watched behaves as one that is not."""

from __future__ import annotations

from pathlib import Path

from voiceagent.call.commands import Command, EngineSetup, StopPlayback
from voiceagent.call.events import Event, TimePassed
from voiceagent.call.playback import Playback
from voiceagent.call.settings import SessionSettings
from voiceagent.capture.read import read_capture
from voiceagent.capture.records import LaneStep, Reaction, SessionRecord
from voiceagent.capture.shapes import revive
from voiceagent.capture.witness import WitnessedPlayback, WitnessedSession
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


def test_a_watched_account_says_what_an_unwatched_one_says(tmp_path: Path) -> None:
    plain = Playback()
    with CaptureWriter(tmp_path) as writer:
        watched = WitnessedPlayback(call_id="c1", writer=writer)
        for account in (plain, watched):
            account.arrived("r1", "i1", 100.0)
            account.handed_over("i1", 60.0, 10.0)
            account.dropped("i1", 40.0)
            account.flush(50.0)
        path = writer.path("c1")
    assert watched.heard_ms("i1", 50.0) == plain.heard_ms("i1", 50.0) == 40.0
    assert path is not None
    assert [record for record in read_capture(path).records if isinstance(record, LaneStep)] == [
        LaneStep(0.0, "arrived", "r1", "i1", 100.0),
        LaneStep(10.0, "handed_over", "", "i1", 60.0),
        LaneStep(10.0, "dropped", "", "i1", 40.0),
        LaneStep(50.0, "flush", "", "", 0.0),
    ]


def test_a_written_account_can_be_led_again(tmp_path: Path) -> None:
    with CaptureWriter(tmp_path) as writer:
        watched = WitnessedPlayback(call_id="c1", writer=writer)
        for number in range(50):
            watched.arrived("r1", "i1", 20.0)
            watched.handed_over("i1", 20.0, number * 20.1234567891)
        path = writer.path("c1")
    assert path is not None
    again = Playback()
    for step in read_capture(path).records:
        match step:
            case LaneStep(do="arrived"):
                again.arrived(step.reply_id, step.item_id, step.ms)
            case LaneStep(do="handed_over"):
                again.handed_over(step.item_id, step.ms, step.at_ms)
    assert [again.heard_ms("i1", now) for now in range(0, 1200, 7)] == [
        watched.heard_ms("i1", now) for now in range(0, 1200, 7)
    ]
