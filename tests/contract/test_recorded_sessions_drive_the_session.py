"""Every recorded session of the real Voice Live, translated as our engine client does, is understood by the call session."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voiceagent.call import commands as c
from voiceagent.call import events as e
from voiceagent.call.session import Session, SessionSettings
from voiceagent.engines.voice_live import Hearing
from voiceagent.protocol.realtime import UnknownServerEvent
from voiceagent.protocol.voice_live import decode_server

CAPTURES = sorted((Path(__file__).parent.parent / "data" / "voice-live" / "captures").glob("voicelive-*.jsonl"))


def received(capture: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capture.read_text().splitlines()]
    return [line["data"] for line in lines if line["dir"] == "received"]


def events_of(capture: Path) -> list[e.Event]:
    hearing = Hearing()
    said = [decode_server(json.dumps(message)) for message in received(capture)]
    assert not [one for one in said if isinstance(one, UnknownServerEvent)]
    return [hearing.event_of(one) for one in said]


def test_there_are_recordings() -> None:
    assert len(CAPTURES) == 5


@pytest.mark.parametrize("capture", CAPTURES, ids=lambda path: path.stem.split("__")[1])
def test_a_recording_drives_the_session(capture: Path) -> None:
    session = Session(SessionSettings(setup=c.EngineSetup("Be kind.", "alloy", 24_000), silence_after_ms=None))
    commands = session.start(0)
    arrivals: list[e.Event] = [e.CallAnswered(), e.MediaOpened(24_000), e.CallerAudioBegan(), *events_of(capture)]
    for number, event in enumerate(arrivals):
        commands += session.handle(event, 20.0 * number)
    assert isinstance(commands[0], c.ConfigureEngine)
    assert c.PhaseNoted("engine_ready") in commands
    assert not [command for command in commands if isinstance(command, c.Warned | c.CloseCall)]


def test_the_recorded_tool_call_asks_for_its_tool() -> None:
    capture = next(path for path in CAPTURES if "tool_call_round" in path.name)
    calls = [event for event in events_of(capture) if isinstance(event, e.ToolCalled)]
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [("get_weather", {"city": "London"})]


def test_the_recorded_spoken_turn_has_its_words_and_its_end() -> None:
    capture = next(path for path in CAPTURES if "audio_in_server_vad_turn" in path.name)
    kinds = [type(event) for event in events_of(capture)]
    for kind in (e.EngineReady, e.CallerSpeechStarted, e.CallerTranscribed, e.ReplyWordsEnded, e.ReplyAudioEnded, e.ReplyEnded):
        assert kind in kinds
