"""`voiceagent captures show`."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest


def test_captures_show(captured: Path, voiceagent: Any) -> None:
    outcome = voiceagent("captures", "show", "last", "--dir", captured)
    assert outcome.out.startswith("   0.1 s  agent     Hello, this is a test.\n")
    assert "\nstate       whole\n" in outcome.out
    assert "\nwritten by  voiceagent 0.1.0, 2026-11-22T09:26:50.714Z\n" in outcome.out
    assert " media in, " in outcome.out
    assert f"\ncapture     {captured}/captures/20261122T" in outcome.out  # leads there from here


def test_as_json_the_report_is_the_one_of_calls_show(captured: Path, voiceagent: Any) -> None:
    shown = json.loads(voiceagent("captures", "show", "e8e3", "--dir", captured, "--json").out)
    assert (shown["state"], shown["stopped"], shown["encrypted"]) == ("whole", None, None)
    assert shown["records"]["end"] == 1
    assert shown["report"]["outcome"] == "completed"
    assert shown["report"]["capture"] == "captures/20261122T092650Z-e8e3ea6da5beb9d7.jsonl.gz"
    assert [tool["name"] for tool in shown["report"]["tools"]] == ["lookup_order"]


def test_records_filtered(captured: Path, voiceagent: Any) -> None:
    def shown(*words: str) -> list[dict[str, Any]]:
        outcome = voiceagent("captures", "show", "e8e3", "--dir", captured, *words)
        return [json.loads(line) for line in outcome.out.splitlines()]

    assert {(one["kind"], one["edge"]) for one in shown("--edge", "control")} == {("wire", "control")}
    assert {one["kind"] for one in shown("--kind", "note", "--kind", "end")} == {"note", "end"}
    assert all(1000 <= one["t"] <= 2000 for one in shown("--from", "1000", "--to", "2000"))
    assert len(shown("--records")) > 500


def test_an_encrypted_one_needs_its_key(captured: Path, voiceagent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = voiceagent("captures", "show", "dfc0", "--dir", captured)
    assert outcome.code == 2
    assert "is encrypted with key cf6a393df48d, and there is no key in the settings" in outcome.err
    assert "try: set VOICEAGENT_CAPTURE_KEY" in outcome.err
    monkeypatch.setenv("VOICEAGENT_CAPTURE_KEY", base64.b64encode(b"x" * 32).decode())
    assert "the key in the settings is " in voiceagent("captures", "show", "dfc0", "--dir", captured).err
    monkeypatch.setenv("VOICEAGENT_CAPTURE_KEY", base64.b64encode(b"k" * 32).decode())
    shown = voiceagent("captures", "show", "dfc0", "--dir", captured)
    assert shown.code == 0
    assert "policy      full, encrypted with key cf6a393df48d" in shown.out


def test_a_cut_one_tells_where(captured: Path, voiceagent: Any) -> None:
    path = next((captured / "captures").glob("*e8e3*.gz"))
    path.write_bytes(path.read_bytes()[:30_000])
    shown = voiceagent("captures", "show", path)
    assert "state       cut: the file ends after record " in shown.out
    assert "warning: not complete: " in voiceagent("captures", "show", path, "--kind", "mark").err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["nothing"], "there is no capture 'nothing'"),
        (["e"], "'e' means several captures"),
        (["last", "--edge", "phone"], "'phone' is no edge of records"),
        (["last", "--kind", "x"], "'x' is no kind of records"),
    ],
)
def test_what_cannot_be_shown_is_wrong_usage(captured: Path, voiceagent: Any, words: list[str], why: str) -> None:
    outcome = voiceagent("captures", "show", *words, "--dir", captured)
    assert outcome.code == 2
    assert why in outcome.err
