"""From one version of the format to the next."""

from __future__ import annotations

import json
from typing import Any

from voiceagent.capture.migrate import STEPS, current, upgraded
from voiceagent.capture.records import VERSION


def first(raw: dict[str, Any]) -> dict[str, Any]:
    return {**raw, "seen": [1]}


def second(raw: dict[str, Any]) -> dict[str, Any]:
    return {**raw, "seen": [*raw["seen"], 2]}


def test_steps_start_from_earlier_versions() -> None:
    assert set(STEPS) <= set(range(1, VERSION))


def test_where_no_record_changed_lines_pass_byte_for_byte() -> None:
    assert list(current(1, [b'{ "a" : 0 }'], steps={}, target=3)) == [b'{ "a" : 0 }']
    assert upgraded({"a": 0}, 1, steps={2: first}, target=3) == {"a": 0, "seen": [1]}


def test_steps_are_taken_one_after_the_other() -> None:
    steps = {1: first, 2: second}
    assert upgraded({"a": 0}, 1, steps=steps, target=3) == {"a": 0, "seen": [1, 2]}
    lines = list(current(1, [b'{"a": 0}', b"{broken"], steps=steps, target=3))
    assert json.loads(lines[0]) == {"a": 0, "seen": [1, 2]}
    assert lines[1] == b"{broken"


def test_lines_of_today_pass_byte_for_byte() -> None:
    assert list(current(VERSION, [b'{ "a" : 0 }'])) == [b'{ "a" : 0 }']
