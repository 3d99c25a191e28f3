"""An exact replay finds nothing in what is the same, and what is not the same where it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiceagent.call.commands import EngineSetup
from voiceagent.call.policies import BargeInPolicy
from voiceagent.call.settings import SessionSettings
from voiceagent.call.silence import Silence
from voiceagent.capture.read import read_capture
from voiceagent.capture.records import Reaction
from voiceagent.errors import UserError
from voiceagent.replay.exact import CannotReplay, ExactReplay
from voiceagent.testing.programme import RATE, Programme
from voiceagent.testing.recital import recite

Edited = Callable[[Path, Callable[[dict[str, Any]], dict[str, Any] | None]], Path]


def replayed(path: Path) -> ExactReplay:
    replay = ExactReplay(path)
    replay.run()
    return replay


@pytest.mark.parametrize("kept", ["capture", "full_capture"])
def test_todays_code_does_what_it_did(kept: str, request: pytest.FixtureRequest) -> None:
    replay = replayed(request.getfixturevalue(kept))
    assert replay.comparing.first is None
    assert replay.comparing.compared > 5
    assert replay.wire is not None
    assert (replay.wire.count, replay.wire.first) == (0, [])
    assert replay.wire.frames > 50
    assert replay.told.differences() == []
    assert replay.recorded.stopped is None
    assert replay.duration_ms > 25_000


def test_the_report_is_that_of_the_call(capture: Path) -> None:
    report = replayed(capture).told.report()
    assert report["outcome"] == "completed"
    assert len(report["barge_ins"]) >= 2
    assert report["tools"][0]["name"] == "lookup_order"
    assert report["capture"] == capture.name


def test_a_command_that_was_otherwise_is_found_with_its_time(capture: Path, edited: Edited) -> None:
    changed: list[float] = []

    def change(record: dict[str, Any]) -> dict[str, Any]:
        for command in record.get("commands", ()):
            if command["type"] == "TruncateItem" and not changed:
                changed.append(record["t"])
                command["fields"]["audio_end_ms"] += 1
        return record

    first = replayed(edited(capture, change)).comparing.first
    assert first is not None
    assert first.at_ms == changed[0]
    assert first.expected is not None
    assert first.actual is not None
    assert (first.expected["type"], first.actual["type"]) == ("TruncateItem", "TruncateItem")
    assert first.event is not None
    assert first.event["type"] == "CallerSpeechStarted"
    assert [line.split(":")[0] for line in first.changed] == ["audio_end_ms"]


def test_a_deadline_that_now_comes_earlier_wakes_the_session_by_itself(
    full_capture: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    was = Silence.__init__

    def impatient(self: Silence, after_ms: float | None, prompts: tuple[str, ...]) -> None:
        was(self, None if after_ms is None else 500.0, prompts)

    monkeypatch.setattr(Silence, "__init__", impatient)
    first = replayed(full_capture).comparing.first
    assert first is not None
    assert first.expected is None
    assert first.actual is not None
    assert (first.event, first.actual["type"]) == ({"type": "TimePassed", "fields": {}}, "AskForReply")


def test_a_wakening_that_is_not_wanted_any_more_is_found(full_capture: Path, edited: Edited) -> None:
    def change(record: dict[str, Any]) -> dict[str, Any]:
        if record.get("kind") == "session":
            record["settings"]["goodbye"] = ""
        return record

    assert replayed(edited(full_capture, change)).comparing.first is None, "no goodbye was said in this call"


def test_a_file_cut_short_is_replayed_to_its_last_whole_record(capture: Path, tmp_path: Path) -> None:
    import gzip

    lines = gzip.decompress(capture.read_bytes()).splitlines(keepends=True)
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(b"".join(lines[: len(lines) // 2]) + lines[len(lines) // 2][:20])
    replay = replayed(cut)
    assert replay.comparing.first is None
    assert replay.recorded.stopped is not None


def test_without_the_playback_account_there_is_no_exact_replay(capture: Path, edited: Edited) -> None:
    old = edited(capture, lambda record: None if record["kind"] == "lane" else record)
    with pytest.raises(CannotReplay, match="lacks the playback account"):
        replayed(old)


def test_a_call_without_a_session_has_nothing_to_replay(capture: Path, edited: Edited) -> None:
    turned_away = edited(capture, lambda record: record if record["kind"] in ("header", "note", "end") else None)
    with pytest.raises(CannotReplay, match="no step of a session"):
        replayed(turned_away)


def test_events_of_a_later_version_are_named(capture: Path, edited: Edited) -> None:
    def change(record: dict[str, Any]) -> dict[str, Any]:
        if record["kind"] == "reaction" and record["event"]:
            record["event"]["type"] = "CallerSneezed"
        return record

    with pytest.raises(CannotReplay, match="CallerSneezed"):
        replayed(edited(capture, change))


def test_a_session_that_breaks_is_told_with_its_time(capture: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(Silence, "settle", broken)
    with pytest.raises(CannotReplay, match=r"today's session broke at .* ms over .*: ZeroDivisionError: by nought"):
        replayed(capture)


def test_what_is_no_capture_is_a_user_error(tmp_path: Path) -> None:
    path = tmp_path / "shopping.txt"
    path.write_text("milk\n")
    with pytest.raises(UserError, match="not a capture"):
        ExactReplay(path)


def test_a_call_whose_engine_session_was_renewed_and_whose_agent_was_paused_replays_the_same(tmp_path: Path) -> None:
    detection = {"type": "server_vad", "interrupt_response": False, "create_response": True}
    settings = SessionSettings(
        setup=EngineSetup("Be brief.", "en-US-AvaNeural", RATE, turn_detection=detection),
        renew_ms=8_000,
        reconnect_ms=5_000,
        interruptions=BargeInPolicy(resume_after_ms=1500),
    )
    path = recite(tmp_path, Programme(seconds=40, interrupt_every=2), settings=settings)
    replay = replayed(path)
    assert replay.comparing.first is None
    assert replay.wire is not None
    assert (replay.wire.count, replay.wire.first) == (0, [])
    reactions = [record for record in read_capture(path).records if isinstance(record, Reaction)]
    wanted = [command["type"] for record in reactions for command in record.commands]
    assert wanted.count("SwitchEngine") >= 2
    assert "PausePlayback" in wanted
