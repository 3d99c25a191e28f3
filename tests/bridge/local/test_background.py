"""A command that goes on when its terminal is gone."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from voiceagent.errors import UserError
from voiceagent.local.background import in_background

READY = """
import json, os, signal, sys
print("talk", file=sys.stderr, flush=True)
print(json.dumps({"pid": os.getpid(), "words": sys.argv[1:]}), flush=True)
signal.pause()
"""
BROKEN = """
import sys
sys.exit("noise\\nerror: There is no microphone.\\n  try: plug one in")
"""


def test_its_first_line_tells_that_it_is_ready_and_it_stays(tmp_path: Path) -> None:
    log = tmp_path / "project" / "talk.log"
    log.parent.mkdir()
    facts = in_background(["talk", "x"], log=log, program=(sys.executable, "-c", READY))
    try:
        assert facts["words"] == ["talk", "x"]
        os.kill(facts["pid"], 0)
        assert os.getsid(facts["pid"]) == facts["pid"]
        assert log.read_text() == "talk\n"
    finally:
        os.kill(facts["pid"], signal.SIGKILL)
        os.waitpid(facts["pid"], 0)


def test_its_complaint_becomes_ours(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no microphone") as told:
        in_background([], log=tmp_path / "talk.log", program=(sys.executable, "-c", BROKEN))
    assert told.value.remedy == "plug one in"
