"""`voiceagent captures import`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from voiceagent.audio.wav import write_wav
from voiceagent.capture.read import read_capture

FRAME = {"kind": "AudioData", "audioData": {"participantRawID": "8:x", "data": "AAAA", "silent": False}}


def test_a_log_of_frames_joins_the_captures(project: Path, voiceagent: Any, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(json.dumps({"t": 5, "dir": "in", "frame": FRAME}) + "\n")
    told = json.loads(voiceagent("captures", "import", tmp_path / "log.jsonl", "--dir", project, "--json").out)
    capture = read_capture(Path(told["capture"]))
    assert (capture.stopped, capture.header.call_id) == (None, told["call_id"])
    assert voiceagent("captures", "show", told["call_id"], "--dir", project).code == 0


def test_a_wav_file_comes_back_as_it_was(project: Path, voiceagent: Any, tmp_path: Path) -> None:
    sound = bytes(range(256)) * 50  # 200 ms of stereo at 16 kHz
    write_wav(tmp_path / "in.wav", sound, 16_000, channels=2)
    voiceagent("captures", "import", tmp_path / "in.wav", "-o", tmp_path / "a.jsonl.gz", "--dir", project)
    voiceagent("captures", "export", tmp_path / "a.jsonl.gz", "--to", "wav", "-o", tmp_path / "out.wav", "--dir", project)
    assert (tmp_path / "out.wav").read_bytes()[44:][: len(sound)] == sound


def test_what_is_no_recording_is_wrong_usage(project: Path, voiceagent: Any, tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("hello\n")
    outcome = voiceagent("captures", "import", tmp_path / "log.txt", "--dir", project)
    assert outcome.code == 2
    assert "log.txt:1 is no JSON object" in outcome.err
    assert "one JSON object a line" in outcome.err
