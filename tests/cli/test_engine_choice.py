from __future__ import annotations

from pathlib import Path

import pytest
from typer import BadParameter

from voiceagent.emulators.voice_live.recorded import Recorded
from voiceagent.emulators.voice_live.scripted import Scripted, Turn
from voiceagent_cli.engine_choice import EngineChoice, engine_of, recording_in

DATA = Path(__file__).parents[1] / "data"
WRITTEN = DATA / "voice-live/captures/voicelive-2026-04-10__text_in_audio_out_turn.jsonl"


@pytest.mark.parametrize(
    ("typed", "answers"),
    [("embedded", "embedded"), ("scripted", "scripted"), ("scripted:a.yaml", "scripted"), ("recorded:b.jsonl", "scripted")],
)
def test_an_engine_is_read_and_shown_as_typed(typed: str, answers: str) -> None:
    choice = engine_of(typed)
    assert str(choice) == typed
    assert choice.answers == answers
    assert engine_of(choice) is choice


@pytest.mark.parametrize("typed", ["", "magic", "recorded", "recorded:", "embedded:file", "Scripted"])
def test_what_is_no_engine_is_refused(typed: str) -> None:
    with pytest.raises(BadParameter, match="scripted:FILE"):
        engine_of(typed)


def test_engines_without_a_file_are_loaded_elsewhere() -> None:
    assert EngineChoice("scripted").source() is None


def test_a_script_answers(tmp_path: Path) -> None:
    (tmp_path / "script.yaml").write_text("- say: Hello.")
    assert EngineChoice("scripted", tmp_path / "script.yaml").source() == Scripted([Turn(say="Hello.")])


def test_a_recorded_session_answers() -> None:
    source = EngineChoice("recorded", WRITTEN).source()
    assert isinstance(source, Recorded)
    assert source.lines[0].event["type"] == "session.created"


def test_a_capture_answers_with_its_engines_side() -> None:
    capture = next(path for path in sorted((DATA / "captures").rglob("*.gz")))
    recorded = recording_in(capture)
    assert recorded.name == capture.name
    assert {line.event["type"] for line in recorded.lines if not line.sent} >= {"session.updated", "response.done"}
    assert any(line.sent and line.event["type"] == "session.update" for line in recorded.lines)
