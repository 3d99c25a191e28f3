"""The emulators as a child: ready by one line, ended by a closed pipe, and quoted when they fail."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from voiceagent.errors import UserError
from voiceagent.local.emulators import emulators

READY = """
import json, sys
print(json.dumps({"env": {"VOICEAGENT_EMULATOR_URL": "http://127.0.0.1:1", "ARGS": " ".join(sys.argv[1:])}}), flush=True)
sys.stdin.read()
open("left", "w").close()
"""
STUBBORN = """
import json, sys
print(json.dumps({"env": {}}), flush=True)
while True: sys.stdin.read()
"""
BROKEN = """
import sys
sys.exit("noise\\nerror: The embedded engine is not installed.\\n  try: pip install it")
"""


def program(script: str) -> tuple[str, ...]:
    return (sys.executable, "-c", script)


async def test_its_line_tells_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with emulators("all", project=Path("demo"), program=program(READY)) as running:
        assert running.phone_url == "http://127.0.0.1:1"
        assert running.env["ARGS"] == "emulate all --agent demo --port 0 --env --json --with-parent"
        assert not Path("left").exists()
    assert Path("left").exists(), "it ended by itself when its standard input closed"


async def test_what_it_finds_is_handed_on_as_it_happens(tmp_path: Path) -> None:
    script = """
import json, sys
print(json.dumps({"env": {"ARGS": " ".join(sys.argv[1:])}}), flush=True)
for number in range(2_000):
    print(json.dumps({"rule": f"rule-{number}", "frame": "x" * 200}), flush=True)
print("half of a li", end="", flush=True)
sys.stdin.read()
"""
    found: list[str] = []
    enough = asyncio.Event()

    def told(finding: Any) -> None:
        found.append(finding["rule"])
        if len(found) == 2_000:
            enough.set()

    async with emulators("all", project=tmp_path, program=program(script), told=told) as running:
        assert "--tell-findings" in running.env["ARGS"]
        async with asyncio.timeout(20):
            await enough.wait()
    assert found[-1] == "rule-1999"


async def test_its_complaint_becomes_ours(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"The embedded engine is not installed\.") as told:
        async with emulators("all", project=tmp_path, program=program(BROKEN)):
            pass
    assert told.value.remedy == "pip install it"


async def test_silence_is_told_as_such(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="ended before they were ready"):
        async with emulators("all", project=tmp_path, program=program("")):
            pass


async def test_one_that_does_not_leave_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiceagent.local.emulators.LEAVE_SECONDS", 0.05)
    async with emulators("all", project=tmp_path, program=program(STUBBORN)):
        pass


@pytest.mark.parametrize(
    ("ending", "how"), [("os.kill(os.getpid(), 9)", "killed by SIGKILL"), ("sys.exit(3)", "with exit code 3")]
)
async def test_one_that_ends_by_itself_is_told(tmp_path: Path, ending: str, how: str) -> None:
    script = f"import os, sys; print('{{\"env\": {{}}}}', flush=True); {ending}"
    async with emulators("all", project=tmp_path, program=program(script)) as running:
        lost = await running.lost()
    assert str(lost) == f"Their process ended by itself ({how})."
    assert lost.remedy


async def test_after_an_error_of_ours_it_may_put_away_what_it_keeps(tmp_path: Path) -> None:
    left = tmp_path / "left"
    with pytest.raises(KeyError):
        async with emulators("all", project=tmp_path, program=program(READY.replace('"left"', repr(str(left))))):
            raise KeyError
    assert left.exists()


async def test_it_does_not_survive_an_error_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("voiceagent.local.emulators.LEAVE_SECONDS", 0.05)
    with pytest.raises(KeyError):
        async with emulators("all", project=tmp_path, program=program(STUBBORN)):
            raise KeyError
