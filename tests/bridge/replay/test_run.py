"""One capture, replayed, and what is said about it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from voiceagent.agent.init import write_project
from voiceagent.replay.run import replay_exactly

Edited = Callable[[Path, Callable[[dict[str, Any]], dict[str, Any] | None]], Path]


def seconds() -> Callable[[], float]:
    ticks: Iterator[float] = iter((10.0, 10.5))
    return lambda: next(ticks)


def test_the_same_call_is_the_same(capture: Path) -> None:
    result = replay_exactly(capture, clock=seconds())
    assert (result.verdict, result.difference, result.told) == ("same", None, [])
    assert 75 < result.speed_x < 85, "40 s in half a second"
    assert result.call is not None
    assert result.call["outcome"] == "completed"


def test_the_report_is_the_same_to_the_byte_wherever_it_is_made(capture: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another" / capture.name
    elsewhere.parent.mkdir()
    elsewhere.write_bytes(capture.read_bytes())
    first, second = (json.dumps(replay_exactly(path).call) for path in (capture, elsewhere))
    assert first == second


def test_a_difference_on_the_wire_alone_is_a_difference(full_capture: Path, edited: Edited) -> None:
    def change(record: dict[str, Any]) -> dict[str, Any]:
        frame = record.get("frame")
        if (
            record["kind"] == "wire"
            and record["dir"] == "out"
            and isinstance(frame, dict)
            and frame.get("type") == "response.create"
        ):
            frame["event_id"] = "another"
        return record

    result = replay_exactly(edited(full_capture, change))
    assert result.verdict == "different"
    assert result.difference is not None
    assert (result.difference["edge"], result.difference["dir"], result.difference["context"]) == ("engine", "out", [])
    assert result.wire is not None
    assert result.wire["differences"] > 0


def test_a_report_that_differs_counts_only_when_asked(full_capture: Path, edited: Edited) -> None:
    def change(record: dict[str, Any]) -> dict[str, Any]:
        if record.get("type") == "BargeInNoted":
            record["fields"]["stop_ms"] += 5
        return record

    path = edited(full_capture, change)
    relaxed, strict = replay_exactly(path), replay_exactly(path, strictly=True)
    assert (relaxed.verdict, strict.verdict) == ("same", "different")
    assert any("stop_ms" in line for line in relaxed.told)


def test_what_differs_is_set_beside_what_changed_in_the_project(capture: Path, edited: Edited, tmp_path: Path) -> None:
    def change(record: dict[str, Any]) -> dict[str, Any]:
        if record.get("commands"):
            record["commands"] = record["commands"][1:]
        return record

    write_project(tmp_path / "demo")
    result = replay_exactly(edited(capture, change), project=tmp_path / "demo")
    assert result.verdict == "different"
    assert any(line.startswith("greeting:") for line in result.project)


def test_a_project_that_cannot_be_loaded_is_told_and_costs_nothing(capture: Path, edited: Edited, tmp_path: Path) -> None:
    path = edited(capture, lambda record: record | ({"commands": []} if record.get("commands") else {}))
    result = replay_exactly(path, project=tmp_path)
    assert result.verdict == "different"
    assert "cannot be loaded" in result.project[0]


def test_what_cannot_be_replayed_says_why(capture: Path, edited: Edited) -> None:
    result = replay_exactly(edited(capture, lambda record: None if record["kind"] == "lane" else record))
    assert result.verdict == "failed"
    assert "--live" in result.sentence


def test_without_frames_there_is_nothing_to_say_about_the_wire(capture: Path, tmp_path: Path) -> None:
    import gzip

    path, lines = tmp_path / "bare.jsonl", gzip.decompress(capture.read_bytes()).splitlines(keepends=True)
    path.write_bytes(b"".join(line for line in lines if b'"kind":"wire"' not in line[:60]))
    assert replay_exactly(path).wire is None
