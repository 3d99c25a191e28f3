"""Replays on the screen."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from voiceagent.errors import UserError
from voiceagent.replay.result import Result
from voiceagent_cli import replaying
from voiceagent_cli.exits import Ended
from voiceagent_cli.terminal import Terminal


@pytest.fixture
def streams() -> tuple[io.StringIO, io.StringIO]:
    return io.StringIO(), io.StringIO()


@pytest.fixture
def terminal(streams: tuple[io.StringIO, io.StringIO]) -> Terminal:
    return Terminal(*streams)


def different(**changes: Any) -> Result:
    difference = {
        "at_ms": 7_680.4,
        "event": {"type": "CallerSpeechStarted", "fields": {"item_id": "i"}},
        "expected": {"type": "TruncateItem", "fields": {"item_id": "i", "audio_end_ms": 858}},
        "actual": None,
        "context": [{"at_ms": 6_900.0, "type": "RunTool", "fields": {"name": "lookup"}}],
        "nearest": ["what was expected comes 20 ms later: TruncateItem"],
        "fields": [],
    }
    about: dict[str, Any] = {"capture": "c.gz", "mode": "exact", "verdict": "different", "commands": 11, "speed_x": 500.0}
    return Result(**about | {"difference": difference} | changes)


def test_a_difference_is_shown_in_its_context(terminal: Terminal, streams: tuple[io.StringIO, io.StringIO]) -> None:
    replaying.tell(different(versions=["voiceagent: 0.1 → 0.2"], project=["barge_in: true → false"]), terminal)
    assert streams[0].getvalue().splitlines() == [
        "! different  c.gz  (11 commands, 500 x real time)",
        '  first difference at 7.680 s, after CallerSpeechStarted(item_id="i")',
        '          6.900 s    RunTool(name="lookup")',
        '    -     7.680 s  expected  TruncateItem(item_id="i", audio_end_ms=858)',
        "    +     7.680 s  actual    (nothing)",
        "      what was expected comes 20 ms later: TruncateItem",
        "  changed since: voiceagent: 0.1 → 0.2",
        "  changed in the project: barge_in: true → false",
    ]


def test_a_frame_that_differs_is_shown_by_its_edge(terminal: Terminal, streams: tuple[io.StringIO, io.StringIO]) -> None:
    frame = {"at_ms": 10.0, "edge": "engine", "dir": "out", "expected": {"a": 1}, "actual": {"a": 2}, "fields": ["a: 1 → 2"]}
    wire = {"frames": 9, "differences": 3, "first": [frame]}
    replaying.tell(different(difference={**frame, "context": []}, wire=wire), terminal)
    assert streams[0].getvalue().splitlines()[1:] == [
        "  first difference on the wire at 0.010 s, to the engine",
        '    - expected  {"a": 1}',
        '    + actual    {"a": 2}',
        "      a: 1 → 2",
        "  3 frames differ",
    ]


def test_why_it_failed_and_where_it_stopped_are_told(terminal: Terminal, streams: tuple[io.StringIO, io.StringIO]) -> None:
    replaying.tell(different(verdict="failed", difference=None, sentence="no session", stopped="cut at record 5"), terminal)
    assert "  cannot be replayed: no session" in streams[0].getvalue()
    assert "Up to its last whole record: cut at record 5." in streams[1].getvalue()


def test_live_results_tell_each_aspect(terminal: Terminal, streams: tuple[io.StringIO, io.StringIO]) -> None:
    aspects = [
        {"what": "tools", "expected": [], "actual": [], "same": True, "counts": True, "held": 3},
        {"what": "outcome", "expected": "completed", "actual": "failed", "same": False, "counts": True, "held": 2},
        {"what": "latency p50", "expected": 1.0, "actual": 2.0, "same": False, "counts": False, "held": 0},
    ]
    result = different(mode="live", difference=None, rates={"runs": 3, "same": 2, "aspects": aspects})
    replaying.tell_live(result, terminal)
    assert streams[0].getvalue().splitlines() == [
        "! different  c.gz  (live, 2 of 3 times)",
        "    tools            3/3  []",
        '  ! outcome          2/3  "completed" → "failed"',
        "  ~ latency p50      0/3  1.0 → 2.0",
    ]


def test_a_call_that_went_on_otherwise_is_not_judged(terminal: Terminal, streams: tuple[io.StringIO, io.StringIO]) -> None:
    replaying.tell_live(different(mode="live", difference=None, rates=None), terminal)
    assert streams[0].getvalue() == "c.gz: there is nothing to compare this call with\n"


def test_the_worst_result_ends_the_command(terminal: Terminal, streams: tuple[io.StringIO, io.StringIO]) -> None:
    same = different(verdict="same", difference=None)
    replaying.conclude([same], terminal, as_json=False)
    with pytest.raises(Ended) as ended:
        replaying.conclude([same, different()], terminal, as_json=False)
    assert ended.value.code == 1
    assert streams[0].getvalue() == "1 same, 1 different, 0 failed\n"


def test_a_name_that_means_nothing_is_a_user_error(project: Path) -> None:
    with pytest.raises(UserError):
        replaying.find(["nowhere"], project)


def test_another_bridge_needs_the_phone_it_uses(terminal: Terminal, tmp_path: Path) -> None:
    from voiceagent.testing.programme import Programme
    from voiceagent.testing.recital import recite

    path = recite(tmp_path, Programme(seconds=8, caller_ms=1_000))
    wish = replaying.Wish(
        engine=None, repeat=1, words=0.6, latency_ms=None, fast=False, against="http://127.0.0.1:1/events", judge=None,
        until=None, say=(), limit_seconds=5,
    )  # fmt: skip
    with pytest.raises(UserError, match="VOICEAGENT_EMULATOR_URL"):
        replaying.live([path], None, wish, terminal, as_json=False)
    with pytest.raises(UserError, match="--judge reads the agent's words"):
        replaying.live([path], None, replace(wish, judge="m"), terminal, as_json=False)
    with pytest.raises(UserError, match="--judge needs a chat endpoint"):
        replaying.live([path], None, replace(wish, judge="m", against=None), terminal, as_json=False)
