"""What an export needs, and where it goes; the command's own test runs every form."""

from __future__ import annotations

from pathlib import Path

import pytest

from voiceagent.errors import UserError
from voiceagent_cli.exporting import export


def test_a_capture_without_audio_is_a_vcon_but_no_wav(tmp_path: Path, root: Path) -> None:
    from voiceagent.capture.copy import write_capture
    from voiceagent.capture.records import Header

    path = tmp_path / "a.jsonl.gz"
    write_capture(path, Header("c1", "2026-11-22T05:00:00.000Z", "full"), [])
    assert '"dialog": []' in export(tmp_path, str(path), "vcon", None).text
    with pytest.raises(UserError, match="holds no audio"):
        export(tmp_path, str(path), "wav", tmp_path / "a.wav")
    with pytest.raises(UserError, match="no audio that could be at"):
        export(tmp_path, str(path), "vcon", tmp_path / "a.vcon", audio_url="https://x.example/a.wav")


def test_an_earlier_export_is_replaced_and_private(tmp_path: Path, root: Path) -> None:
    out = tmp_path / "a.txt"
    out.write_text("earlier " * 1000)
    done = export(tmp_path, str(root / "tests/data/captures/v1-full.jsonl.gz"), "text", out)
    assert out.read_text() == done.text
    assert done.facts() == {"form": "text", "files": [str(out)], "stopped": None}
