"""The tunnel is cut under a call: the short form of scripts/tunnel_cuts, with whatever SSH server there is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "tunnel_cuts.py"


@pytest.mark.call
@pytest.mark.timeout(120)
def test_new_calls_ring_soon_and_the_old_address_is_restored() -> None:
    words = [sys.executable, str(SCRIPT), "--cuts", "2", "--calls", "1"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("a new call had sound after") == 2
    assert "calls are announced at the old address again: True" in done.stdout
