"""The pages of faults and findings, the same on every emulator."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.emulators import trouble
from voiceagent.emulators.faults.catalogue import FAULTS
from voiceagent.emulators.faults.switchboard import Switchboard
from voiceagent.emulators.lint.findings import Findings
from voiceagent.emulators.lint.rule import Breach
from voiceagent.errors import UserError


def ask(line: str, board: Switchboard, findings: Findings | None = None, **query: str) -> Any:
    method, words = line.split(" ", 1)
    return trouble.page(method, words.split("/"), query, faults=board, findings=findings or Findings())


def test_faults_are_listed_armed_and_cleared() -> None:
    board = Switchboard()
    status, body = ask("PUT faults/media.dropped", board, after="3", code="1011")
    assert (status, body["number"], body["parameters"]) == (200, 1, {"code": 1011, "redial_ms": None})
    ask("PUT faults/callback.lost", board)
    _, listed = ask("GET faults", board)
    assert [one["fault"] for one in listed["armed"]] == ["media.dropped", "callback.lost"]
    assert [one["name"] for one in listed["catalogue"]] == [fault.name for fault in FAULTS]
    assert ask("DELETE faults/1", board) == (200, {"cleared": 1})
    assert ask("DELETE faults", board) == (200, {"cleared": 1})


def test_findings_are_read_and_forgotten() -> None:
    findings = Findings()
    findings.report([Breach("media-json")], "a", "x")
    _, body = ask("GET findings", Switchboard(), findings)
    assert [(one["rule"], one["times"]) for one in body["findings"]] == [("media-json", 1)]
    assert ask("DELETE findings", Switchboard(), findings) == (200, {"cleared": 1})
    assert not findings


def test_anything_else_is_no_page_and_wrong_parameters_are_told() -> None:
    assert ask("POST faults", Switchboard()) is None
    with pytest.raises(UserError, match="has no parameter `x`"):
        ask("PUT faults/media.dropped", Switchboard(), x="1")
