"""The emulator against recorded sessions of the real services: the same events in the same order with the same fields.

Runs of deltas count once; ids, times, texts and token counts differ, of course.
"""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import contracts
import pytest
from websockets.asyncio.client import connect

from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.scripted import Scripted, Turn
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator
from voiceagent.protocol.dialects import AZURE_OPENAI, OPENAI, VOICE_LIVE

CAPTURES = Path(__file__).parents[1] / "data/voice-live/captures"
SERVICES = {"voicelive-2026-04-10": VOICE_LIVE["2026-04-10"], "azure-openai-ga-v1": AZURE_OPENAI, "openai-ga": OPENAI}
GREETING = "Hi Marcelo, nice to meet you! How can I help you today?"
NAME = "Hello, my name is Marcelo."
WEATHER = "It's foggy and 12 degrees in London."
TOOL_CALL = Scripted([Turn(call=[("get_weather", {"city": "London"})]), Turn(expect="foggy", say=WEATHER)])
HISTORY = Scripted([Turn(expect="What is my name", say="Your name is Alice.")])
WRITTEN = Scripted([Turn(expect="greeting", say="Hola, ¿qué tal?", ms=1500)])
SCRIPTS = {
    "voicelive-2026-04-10__audio_in_server_vad_turn": Scripted(
        [Turn(hear="Cześć, nazywam się Marcelo.", say=GREETING, ms=3500)], turns=[(1456, 4512)]
    ),
    "voicelive-2026-04-10__text_in_audio_out_turn": WRITTEN,
    "voicelive-2026-04-10__text_output_modality_returns_text": Scripted([Turn(say="Hello there!")]),
    "voicelive-2026-04-10__tool_call_round": TOOL_CALL,
    "voicelive-2026-04-10__message_history_seeding": HISTORY,
    "azure-openai-ga-v1__audio_in_server_vad_transcribes": Scripted(
        [Turn(hear=NAME, say=GREETING, ms=3500)], turns=[(1556, 4224)]
    ),
    "azure-openai-ga-v1__audio_in_server_vad_transcription_requires_deployment": Scripted(
        [Turn(unheard="DeploymentNotFound", say=GREETING, ms=3500)], turns=[(1556, 4224)]
    ),
    "azure-openai-ga-v1__spoken_turn_transcribed_drives_a_tool_and_answers_in_audio": Scripted(
        [Turn(hear=NAME, call=[("remember_name", {"name": "Marcelo"})]), Turn(expect="Stored", say="Hi Marcelo!", ms=1500)],
        turns=[(1556, 4224)],
    ),
    "azure-openai-ga-v1__text_in_audio_out_turn": WRITTEN,
    "azure-openai-ga-v1__tool_call_round": TOOL_CALL,
    "azure-openai-ga-v1__message_history_seeding": HISTORY,
    "openai-ga__audio_in_server_vad_turn": Scripted([Turn(hear=NAME, say=GREETING, ms=3500)], turns=[(1556, 4224)]),
    "openai-ga__input_audio_retention_segments_three_server_vad_turns": Scripted(
        [Turn(hear=NAME, say=GREETING, ms=3500)] * 3, turns=[(1460, 4256), (8948, 11_744), (16_436, 19_232)]
    ),
    "openai-ga__text_in_audio_out_turn": WRITTEN,
    "openai-ga__tool_call_round": TOOL_CALL,
    "openai-ga__message_history_seeding": HISTORY,
}
NEW_SINCE_AUGUST = {"greeting", "handoff"}
WHENEVER = "conversation.item.input_audio_transcription."
"""Transcription runs beside everything else: where its events fall differs from session to session."""
each_session = pytest.mark.parametrize("name", SCRIPTS)


def recording(name: str) -> list[dict[str, Any]]:
    lines = (CAPTURES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [line for line in map(json.loads, lines) if line["dir"] in ("sent", "received")]


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
    dialect = SERVICES[name.partition("__")[0]]
    options = EmulatorOptions(delta_interval_ms=0, rate_limits="three_server_vad_turns" in name)
    async with contracts.checked() as tap, VoiceLiveEmulator(SCRIPTS[name], options=options, tap=tap) as emulator:
        url = f"ws://127.0.0.1:{emulator.port}{dialect.target('gpt-realtime')}"
        async with connect(url) as socket, asyncio.timeout(10):
            for line in recording(name):
                if line["dir"] == "received":
                    heard.append(line["data"])
                    continue
                while len(in_order(got)[0]) < len(in_order(heard)[0]):
                    got.append(json.loads(await socket.recv()))
                # The recorder cut the audio short; the script knows when the caller speaks, so silence will do.
                audio = {"audio": silence} if "audio" in line["data"] else {}
                await socket.send(json.dumps({**line["data"], **audio}))
            while len(outline(got)) < len(outline(heard)):
                got.append(json.loads(await socket.recv()))
    return got


def in_order(events: list[dict[str, Any]]) -> tuple[list[tuple[str, Any]], list[tuple[str, Any]]]:
    """The outline without the transcription, and the transcription by itself."""
    outlined = outline(events)
    return (
        [one for one in outlined if not one[0].startswith(WHENEVER)],
        [one for one in outlined if one[0].startswith(WHENEVER)],
    )


@each_session
async def test_events_come_as_recorded(name: str) -> None:
    recorded = [line["data"] for line in recording(name) if line["dir"] == "received"]
    events = await replay(name)
    assert [kind for kind, _ in in_order(events)[0]] == [kind for kind, _ in in_order(recorded)[0]]
    assert in_order(events) == in_order(recorded)
    if name.startswith("voicelive"):
        assert outline(events) == outline(recorded)


@each_session
async def test_the_session_after_an_update_is_the_recorded_one(name: str) -> None:
    recorded = next(line["data"] for line in recording(name) if line["data"].get("type") == "session.updated")
    events = await replay(name)
    updated = next(event for event in events if event["type"] == "session.updated")
    assert settled(updated["session"]) == settled(recorded["session"])


@each_session
async def test_the_session_begins_as_recorded(name: str) -> None:
    recorded = recording(name)[0]["data"]
    created = (await replay(name))[0]
    started, was = settled(created["session"]), settled(recorded["session"])
    was["output_audio_format"] = was.get("output_audio_format") and "pcm16"  # null until July, since then told
    assert {**started, "output_audio_format": was["output_audio_format"]} == was


async def test_times_of_the_turn_are_the_recorded_ones() -> None:
    events = await replay("voicelive-2026-04-10__audio_in_server_vad_turn")
    by_type = {event["type"]: event for event in events}
    assert by_type["input_audio_buffer.speech_started"]["audio_start_ms"] == 1456
    assert by_type["input_audio_buffer.speech_stopped"]["audio_end_ms"] == 4512


def settled(session: dict[str, Any]) -> dict[str, Any]:
    """What of a session does not differ between two runs; modalities come back in any order."""
    kept = {name: value for name, value in session.items() if name not in {"id", "expires_at", *NEW_SINCE_AUGUST}}
    order = "modalities" if "modalities" in kept else "output_modalities"
    return {**kept, order: sorted(kept[order])}
