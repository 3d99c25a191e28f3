"""Who watches, by the project's settings."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from voiceagent.agent.project import load_project
from voiceagent.call.commands import CallBeganNoted, CallEndedNoted, EngineSetup
from voiceagent.call.playback import Playback
from voiceagent.call.session import Session, SessionSettings
from voiceagent.capture.read import read_capture
from voiceagent.capture.records import LaneStep
from voiceagent.config.schema import Settings
from voiceagent.discreet import PhoneNumber
from voiceagent.server.observers import observing

BEGAN = CallBeganNoted("agent", "embedded", "corr", PhoneNumber("+14255550100"), PhoneNumber("+14255550199"), 1000.0)
ENDED = CallEndedNoted("completed", "caller_left", 1, 2, 0)


def project(folder: Path, policy: str) -> Any:
    (folder / "prompt.md").write_text("A test.")
    return load_project(folder, Settings.model_validate({"capture": {"policy": policy}}))


def test_a_call_leaves_a_report_and_a_capture(tmp_path: Path) -> None:
    with observing(project(tmp_path, "redacted"), engine="embedded") as observers:
        session = observers.witness(
            "call-1", Session(settings := SessionSettings(setup=EngineSetup("", None, 24_000))), settings
        )
        for sink in observers.sinks:
            sink.note("call-1", 0, BEGAN)
        session.start(0)
        for tap in observers.taps:
            tap.frame("call-1", 1, "media", "in", b'{"kind":"StopAudio"}')
        for sink in observers.sinks:
            sink.note("call-1", 9, ENDED)
        report = observers.reports.report("call-1")
    assert report is not None
    assert report["capture"].startswith("captures/")
    assert (tmp_path / report["capture"]).is_file()
    assert observers.store.read("call-1")["outcome"] == "completed"


def test_what_the_playback_account_is_told_is_in_the_capture(tmp_path: Path) -> None:
    with observing(project(tmp_path, "redacted"), engine="embedded") as observers:
        observers.account("call-1").arrived("r1", "i1", 20.0)
        assert observers.captures is not None
        path = observers.captures.path("call-1")
    assert path is not None
    assert read_capture(path).records[0] == LaneStep(0.0, "arrived", "r1", "i1", 20.0)


def test_without_captures_nothing_is_written_and_reports_are_still_there(tmp_path: Path) -> None:
    with observing(project(tmp_path, "off"), engine="embedded") as observers:
        assert (observers.captures, observers.taps) == (None, ())
        settings = SessionSettings(setup=EngineSetup("", None, 24_000))
        session = Session(settings)
        assert observers.witness("call-1", session, settings) is session
        assert type(observers.account("call-1")) is Playback
        for sink in observers.sinks:
            sink.note("call-1", 0, BEGAN)
            sink.note("call-1", 9, ENDED)
        report = observers.reports.report("call-1")
    assert report is not None
    assert report["capture"] is None
    assert not (tmp_path / "captures").exists()


def test_a_capture_that_could_not_be_written_is_not_named_but_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "captures").write_text("in the way")
    with observing(project(tmp_path, "redacted"), engine="embedded") as observers:
        for sink in observers.sinks:
            sink.note("call-1", 0, BEGAN)
        assert observers.captures is not None
        observers.captures.close()  # the disk refused before the call ended
        for sink in observers.sinks:
            sink.note("call-1", 9, ENDED)
    report = observers.reports.report("call-1")
    assert report is not None
    assert report["capture"] is None
    (warning,) = report["warnings"]
    assert (warning["code"], str(tmp_path) in warning["sentence"]) == ("capture_not_written", True)
    assert warning["sentence"].endswith("or name another folder in capture.directory")
    assert len(caplog.records) == 1


def test_a_report_that_cannot_be_written_costs_no_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "captures").write_text("in the way")
    with observing(project(tmp_path, "redacted"), engine="embedded") as observers:
        for sink in (observers.reports, observers.feed):
            sink.note("call-1", 0, BEGAN)
            sink.note("call-1", 9, ENDED)
        assert observers.reports.report("call-1") is not None
    assert "is not written" in caplog.text


def test_beside_encrypted_captures_the_report_is_encrypted(tmp_path: Path) -> None:
    (tmp_path / "prompt.md").write_text("A test.")
    key = b64encode(b"k" * 32).decode()
    capture = {"policy": "full", "encryption": "aes-gcm", "key": key}
    with observing(load_project(tmp_path, Settings.model_validate({"capture": capture})), engine="embedded") as observers:
        for sink in observers.sinks:
            sink.note("call-1", 0, BEGAN)
            sink.note("call-1", 9, ENDED)
    (path,) = (tmp_path / "captures").glob("*.report.json")
    assert b"corr" not in path.read_bytes()
    assert observers.store.read("call-1")["correlation_id"] == "corr"
