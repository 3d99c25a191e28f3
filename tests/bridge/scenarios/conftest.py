"""A call that never took place: report, notes and diary of a caller who asks, is answered by a tool, interrupts, and leaves."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiceagent.agent.init import write_project
from voiceagent.scenarios.load import Case, load
from voiceagent.scenarios.timeline import Timeline, timeline


def turn(role: str, text: str, start: float, end: float, **more: Any) -> dict[str, Any]:
    return {"role": role, "text": text, "start_ms": start, "end_ms": end, "interrupted": False, "latency_ms": None, **more}


@pytest.fixture
def report() -> dict[str, Any]:
    """The bridge's clock is 50 ms behind the phone's."""
    return {
        "call_id": "call-1",
        "engine": "embedded",
        "outcome": "completed",
        "end_reason": "caller_left",
        "duration_ms": 12_000,
        "turns": [
            turn("agent", "Hello, order desk.", 200, 1_500),
            turn("caller", "Where is order for two seven one?", 2_250, 4_000),
            turn("agent", "Order 4 2 7 1 is on its way. It arrives", 4_950, 6_450, interrupted=True, latency_ms=950.0),
            turn("caller", "Sorry, stop.", 6_250, 7_000),
            turn("agent", "All right. Goodbye!", 7_950, 9_000, latency_ms=950.0),
        ],
        "tools": [
            {
                "name": "lookup_order",
                "arguments": {"order_id": "4271", "fast": True},
                "result": {"status": "on its way", "days": 1},
                "outcome": "ok",
                "duration_ms": 12.0,
            }
        ],
        "transfer": None,
        "cost": {"currency": "USD", "estimate": 0.02},
        "warnings": [],
        "capture": "captures/call-1.jsonl.gz",
        "ear": {
            "call_id": "phone-1",
            "answer_ms": 100.0,
            "duration_ms": 12_050.0,
            "turns": [
                {"start_ms": 250.0, "end_ms": 1_550.0, "latency_ms": None},
                {"start_ms": 5_000.0, "end_ms": 6_500.0, "latency_ms": 1_000.0},
                {"start_ms": 8_000.0, "end_ms": 9_050.0, "latency_ms": 1_000.0},
            ],
            "barge_ins": [{"at_ms": 6_300.0, "stop_ms": 200.0, "cut": True}],
            "said": [
                {"text": "Where is order four two seven one?", "start_ms": 2_300.0, "end_ms": 4_000.0},
                {"text": "Sorry, stop.", "start_ms": 6_300.0, "end_ms": 7_000.0},
            ],
        },
    }


@pytest.fixture
def notes() -> list[dict[str, Any]]:
    return [{"note": "ToolNoted", "at_ms": 4_700.0, "name": "lookup_order"}]


@pytest.fixture
def diary() -> list[dict[str, Any]]:
    return [
        {"kind": "ringing", "at_ms": 0.0},
        {"kind": "answered", "at_ms": 100.0},
        {"kind": "step", "number": 1, "does": "say", "at_ms": 2_260.0},
        {"kind": "step", "number": 2, "does": "interrupt", "at_ms": 6_260.0},
        {"kind": "key", "key": "7", "at_ms": 10_000.0},
        {"kind": "ended", "at_ms": 12_050.0},
    ]


@pytest.fixture
def call(report: dict[str, Any], notes: list[dict[str, Any]], diary: list[dict[str, Any]]) -> Timeline:
    return timeline(report, notes, diary)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """An agent project without scenarios."""
    write_project(tmp_path / "desk")
    for path in (tmp_path / "desk" / "scenarios").iterdir():
        path.unlink()
    return tmp_path / "desk"


@pytest.fixture
def written(project: Path) -> Callable[..., Case]:
    """A scenario of that project, from its text."""

    def write(text: str, name: str = "a.yaml") -> Case:
        path = project / "scenarios" / name
        path.write_text(text, encoding="utf-8")
        return load(path)

    return write


@pytest.fixture
def sound() -> bytes:
    """Two seconds in stereo: the caller hums in the first, the agent in the second."""
    rate, samples = 24_000, bytearray()
    for at in range(2 * rate):
        value = int(8_000 * math.sin(at / 9))
        samples += struct.pack("<hh", value if at < rate else 0, 0 if at < rate else value)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(bytes(samples))
    return file.getvalue()
