"""The emulators as somebody else's test uses them: plain calls, no loop; and the page that shows it is true."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

from voiceagent.emulators.voice_live.scripted import Turn
from voiceagent.errors import RemoteError
from voiceagent.testing.emulated import Emulated, emulated

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def emulators() -> Iterator[Emulated]:
    with emulated(seed=3) as running:
        yield running


def test_it_leads_any_client_to_all_of_them(emulators: Emulated) -> None:
    assert {"ACS_CONNECTION_STRING", "AZURE_VOICELIVE_ENDPOINT", "VOICEAGENT_ARM_ENDPOINT"} <= set(emulators.env())
    assert emulators.ask("GET", "acs", "/emulator/health")["ok"]


def test_what_it_refuses_is_told_in_its_own_words(emulators: Emulated) -> None:
    with pytest.raises(RemoteError, match="Nobody is subscribed to incoming calls"):
        emulators.call({"dtmf": "1"})
    with pytest.raises(RemoteError, match="cannot be reached"):
        emulators.subscribe("http://127.0.0.1:1/events")


def test_voice_live_says_what_the_test_wants_from_the_next_session_on(emulators: Emulated) -> None:
    for words in ("Good morning.", "Good evening."):
        emulators.answers(Turn(say=words, ms=20))
        url = emulators.env()["AZURE_VOICELIVE_ENDPOINT"].replace("http", "ws")
        key = emulators.env()["AZURE_VOICELIVE_API_KEY"]
        with connect(f"{url}/voice-live/realtime?api-version=2026-04-10&model=m&api-key={key}", proxy=None) as socket:
            socket.send('{"type":"response.create"}')
            while '"response.done"' not in (said := socket.recv(10)):
                pass
        assert words in str(said)
    assert [item["text"] for session in emulators.sessions() for item in session["items"]] == ["Good morning.", "Good evening."]


def test_a_callee_is_described(emulators: Emulated) -> None:
    emulators.callee(number="+14255550177", human="busy")
    with pytest.raises(RemoteError, match="`human` must be one of"):
        emulators.callee(human="asleep")


def test_the_example_on_the_page_passes(tmp_path: Path) -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/emulators/pytest.md").read_text(), re.DOTALL | re.MULTILINE)
    (tmp_path / "test_example.py").write_text(example)
    plain = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-c", "/dev/null", "--timeout=45"]  # tells where it stands
    command = [sys.executable, "-m", "pytest", *plain, str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
