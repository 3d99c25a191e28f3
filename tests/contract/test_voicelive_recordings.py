"""The emulator against recorded sessions of the real service: the same events in the same order with the same fields.

Runs of deltas count once; ids, times, texts and token counts differ, of course.
"""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.scripted import Scripted, Turn
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator

CAPTURES = Path(__file__).parents[1] / "data/voice-live/captures"
GREETING = "Hi Marcelo, nice to meet you! How can I help you today?"
SCRIPTS = {
    "audio_in_server_vad_turn": Scripted(
        [Turn(hear="Cześć, nazywam się Marcelo.", say=GREETING, ms=3500)], turns=[(1456, 4512)]
    ),
    "text_in_audio_out_turn": Scripted([Turn(expect="greeting", say="Hola, ¿qué tal?", ms=1500)]),
    "text_output_modality_returns_text": Scripted([Turn(expect="greeting", say="Hello there!")]),
    "tool_call_round": Scripted(
        [Turn(call=[("get_weather", {"city": "London"})]), Turn(expect="foggy", say="It's foggy and 12 degrees in London.")]
    ),
    "message_history_seeding": Scripted([Turn(expect="What is my name", say="Your name is Alice.")]),
}
NEW_SINCE_AUGUST = {"greeting", "handoff"}


def recording(name: str) -> list[dict[str, Any]]:
    lines = (CAPTURES / f"voicelive-2026-04-10__{name}.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def outline(events: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """Type and fields of each event, deltas of one type once for each response or item."""
    seen: set[tuple[str, str]] = set()
    outlined = []
    for event in events:
        if event["type"].endswith(".delta"):
            place = event["type"], event.get("response_id") or event["item_id"]
            if place in seen:
                continue
            seen.add(place)
        outlined.append((event["type"], fields(event)))
    return outlined


def fields(value: Any) -> Any:
    """The names in a JSON value, without its contents."""
    if isinstance(value, dict):
        return {name: fields(inner) for name, inner in value.items() if name not in NEW_SINCE_AUGUST}
    if isinstance(value, list):
        return [fields(inner) for inner in value]
    return None


async def replay(name: str) -> list[dict[str, Any]]:
    """Say what the recorded client said, each time after as much as it had heard; what the emulator answered."""
    heard: list[dict[str, Any]] = []
    got: list[dict[str, Any]] = []
    silence = base64.b64encode(bytes(4800)).decode()
    async with VoiceLiveEmulator(SCRIPTS[name], options=EmulatorOptions(delta_interval_ms=0)) as emulator:
        url = f"ws://127.0.0.1:{emulator.port}/voice-live/realtime?api-version=2026-04-10&model=gpt-realtime"
        async with connect(url) as socket, asyncio.timeout(10):
            for line in recording(name):
                if line["dir"] == "received":
                    heard.append(line["data"])
                elif line["dir"] == "sent":
                    while len(outline(got)) < len(outline(heard)):
                        got.append(json.loads(await socket.recv()))
                    # The recorder cut the audio short; the script knows when the caller speaks, so silence will do.
                    audio = {"audio": silence} if "audio" in line["data"] else {}
                    await socket.send(json.dumps({**line["data"], **audio}))
            while len(outline(got)) < len(outline(heard)):
                got.append(json.loads(await socket.recv()))
    return got


@pytest.mark.parametrize("name", SCRIPTS)
async def test_events_come_as_recorded(name: str) -> None:
    recorded = [line["data"] for line in recording(name) if line["dir"] == "received"]
    events = await replay(name)
    assert [kind for kind, _ in outline(events)] == [kind for kind, _ in outline(recorded)]
    assert outline(events) == outline(recorded)


@pytest.mark.parametrize("name", SCRIPTS)
async def test_the_session_after_an_update_is_the_recorded_one(name: str) -> None:
    recorded = next(line["data"] for line in recording(name) if line["data"].get("type") == "session.updated")
    events = await replay(name)
    updated = next(event for event in events if event["type"] == "session.updated")
    assert settled(updated["session"]) == settled(recorded["session"])


async def test_times_of_the_turn_are_the_recorded_ones() -> None:
    events = await replay("audio_in_server_vad_turn")
    by_type = {event["type"]: event for event in events}
    assert by_type["input_audio_buffer.speech_started"]["audio_start_ms"] == 1456
    assert by_type["input_audio_buffer.speech_stopped"]["audio_end_ms"] == 4512


def settled(session: dict[str, Any]) -> dict[str, Any]:
    """What of a session does not differ between two runs; modalities come back in any order."""
    kept = {name: value for name, value in session.items() if name not in {"id", "expires_at", *NEW_SINCE_AUGUST}}
    return {**kept, "modalities": sorted(kept["modalities"])}
