"""`voiceagent captures export`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voiceagent.audio.wav import read_channels


def test_text_goes_to_stdout(captured: Path, voiceagent: Any) -> None:
    outcome = voiceagent("captures", "export", "last", "--to", "text", "--dir", captured)
    assert outcome.out.startswith("Call e8e3ea6da5beb9d7 to agent, 2026-11-22T09:26:50.714Z, engine voice-live\n")
    assert "    2.1 s  caller    where is my order\n" in outcome.out


def test_a_wav_file_is_the_call_as_it_was_heard(captured: Path, voiceagent: Any, tmp_path: Path) -> None:
    outcome = voiceagent("captures", "export", "last", "--to", "wav", "-o", tmp_path / "a.wav", "--dir", captured, "--json")
    assert json.loads(outcome.out) == {"form": "wav", "files": [str(tmp_path / "a.wav")], "stopped": None}
    (caller, agent), rate = read_channels(tmp_path / "a.wav")
    assert rate == 16_000
    assert len(caller) == len(agent) == pytest.approx(5.6 * 32_000, rel=0.01)
    assert any(caller)
    assert any(agent)


@pytest.mark.parametrize(("form", "key"), [("vcon", "vcon"), ("har", "log"), ("json", "records")])
def test_documents_are_json(captured: Path, voiceagent: Any, tmp_path: Path, form: str, key: str) -> None:
    out = tmp_path / "a.out"
    assert voiceagent("captures", "export", "last", "--to", form, "-o", out, "--dir", captured).code == 0
    assert key in json.loads(out.read_text())
    assert out.stat().st_mode & 0o077 == 0


def test_the_audio_of_a_vcon_may_be_elsewhere(captured: Path, voiceagent: Any, tmp_path: Path) -> None:
    words = ("--to", "vcon", "-o", tmp_path / "a.vcon", "--audio-url", "https://x.example/a.wav", "--dir", captured)
    assert voiceagent("captures", "export", "last", *words).code == 0
    [dialog] = json.loads((tmp_path / "a.vcon").read_text())["dialog"]
    assert dialog["url"] == "https://x.example/a.wav"
    assert (tmp_path / "a.wav").is_file()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--to", "wav"], "a WAV file needs a name"),
        (["--to", "text", "--audio-url", "https://x"], "--audio-url is for --to vcon"),
        (["--to", "vcon", "-o", "x", "--audio-url", "http://x"], "over https"),
        (["--to", "text", "-o", "/nothing/x.txt"], "cannot be written: No such file"),
        (["--to", "mp3"], "'mp3'"),
    ],
)
def test_what_cannot_be_exported_is_wrong_usage(captured: Path, voiceagent: Any, words: list[str], why: str) -> None:
    outcome = voiceagent("captures", "export", "last", *words, "--dir", captured)
    assert outcome.code == 2
    assert why in outcome.err


def test_a_cut_one_is_exported_with_a_warning(captured: Path, voiceagent: Any) -> None:
    path = next((captured / "captures").glob("*e8e3*.gz"))
    path.write_bytes(path.read_bytes()[:30_000])
    outcome = voiceagent("captures", "export", path, "--to", "text")
    assert "Not complete: " in outcome.out
    assert "warning: the capture is not complete" in outcome.err
