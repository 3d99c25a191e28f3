"""Recordings that nobody listened to when they were made."""

from __future__ import annotations

import io
import wave
from array import array
from pathlib import Path

import pytest

from voiceagent.capture.recording import records_of
from voiceagent.capture.records import Wire
from voiceagent.errors import UserError
from voiceagent.protocol.acs_media import DtmfData, encode_dtmf
from voiceagent.replay.bare import overheard
from voiceagent.replay.script import steps
from voiceagent.replay.speech import LEAD_MS, TAIL_MS, Agent

RATE = 16_000


def loud(pcm: bytes, rate: int, *, silence_ms: int = 500) -> list[tuple[float, float]]:
    """A voice detector for recordings in which every second is either silent or not."""
    samples = array("h", pcm)
    seconds = [at // rate for at in range(0, len(samples) - rate + 1, rate) if any(samples[at : at + rate])]
    return [(at * 1000.0, at * 1000.0 + 1000.0 - silence_ms / 1000) for at in seconds]


def wav(folder: Path, *sides: str) -> Path:
    """A character of each side is a second: `#` loud, anything else silent."""
    path = folder / "call.wav"
    frames = bytearray()
    for second in zip(*sides, strict=True):
        levels = array("h", [1000 if side == "#" else 0 for side in second])
        frames += levels.tobytes() * RATE
    with io.BytesIO() as file:
        with wave.open(file, "wb") as writer:
            writer.setnchannels(len(sides))
            writer.setsampwidth(2)
            writer.setframerate(RATE)
            writer.writeframes(bytes(frames))
        path.write_bytes(file.getvalue())
    return path


def test_turns_of_both_sides_are_found_and_keep_their_distance(tmp_path: Path) -> None:
    spoken = overheard(records_of(wav(tmp_path, "__#___#_", "#___#___"), now=0.0), loud)
    assert [(one.start_ms, one.lead_ms) for one in spoken.caller] == [(2000, LEAD_MS), (6000, LEAD_MS)]
    assert spoken.agent == (Agent(0, 999.5), Agent(4000, 4999.5))
    assert len(spoken.caller[0].pcm) == round((LEAD_MS + 999.5 + TAIL_MS) * RATE / 1000) * 2
    script = steps(spoken)
    assert [step["pause_ms"] for step in script] == [pytest.approx(880.5), pytest.approx(880.5)]


def test_where_only_the_caller_was_recorded_every_turn_waits_for_an_answer(tmp_path: Path) -> None:
    spoken = overheard(records_of(wav(tmp_path, "#__#"), now=0.0), loud)
    assert spoken.alone
    assert [list(step) for step in steps(spoken)] == [["wav"], ["wav"]]


def test_keys_are_pressed_again(tmp_path: Path) -> None:
    frame = encode_dtmf(DtmfData("5"))
    records = [*records_of(wav(tmp_path, "#_"), now=0.0), Wire(1500.0, "media", "in", frame, len(frame))]
    assert overheard(records, loud).keys == ((1500.0, "5"),)


def test_a_recording_without_a_voice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nobody speaks in the recording"):
        overheard(records_of(wav(tmp_path, "__"), now=0.0), loud)
