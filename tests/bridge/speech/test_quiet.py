"""The embedded engine tells nobody that it is used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from voiceagent.speech.quiet import hush

VARIABLE = "ORT_DISABLE_TELEMETRY"


def test_it_is_said_unless_somebody_has_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    hush()
    assert os.environ[VARIABLE] == "1"
    monkeypatch.setenv(VARIABLE, "0")
    hush()
    assert os.environ[VARIABLE] == "0"


@pytest.mark.engine
@pytest.mark.parametrize("part", ["load_voice", "load_ear"])
def test_a_part_that_is_loaded_keeps_no_identity_to_report_with(tmp_path: Path, part: str) -> None:
    """Where it reports, the runtime writes one into the temporary folder. It spares CI machines, so this is none."""
    environ = {name: value for name, value in os.environ.items() if name not in {"CI", VARIABLE}}
    done = subprocess.run(
        [sys.executable, "-c", f"from voiceagent.speech.parts import {part}; {part}()"],
        env=environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / ".ses").exists()
