from __future__ import annotations

from pathlib import Path

import pytest
import soundfile
from fake_app import speech

from voiceagent.emulators.acs import mp3


def test_what_was_written_can_be_read(tmp_path: Path) -> None:
    mp3.write_mp3(tmp_path / "x.mp3", speech(500, 16_000))
    assert soundfile.info(tmp_path / "x.mp3").duration == pytest.approx(0.5)


def test_a_recording_of_nothing_is_a_file_too(tmp_path: Path) -> None:
    mp3.write_mp3(tmp_path / "x.mp3", b"")
    assert (tmp_path / "x.mp3").exists()


def test_without_its_package_it_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mp3.can_write_mp3()
    monkeypatch.setattr(mp3, "find_spec", lambda _: None)
    assert not mp3.can_write_mp3()
    assert "pip install" in mp3.MISSING
