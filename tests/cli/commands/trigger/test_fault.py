"""`voiceagent trigger fault`, against a running emulator; and every line of the page about faults."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

from voiceagent.emulators.faults.catalogue import FAULTS

PAGE = Path(__file__).parents[4] / "docs" / "emulators" / "faults.md"


def test_the_catalogue_needs_nobody(voiceagent: Any) -> None:
    outcome = voiceagent("trigger", "fault", "--list")
    assert outcome.code == 0
    assert [line.split()[0] for line in outcome.out.splitlines()] == [fault.name for fault in FAULTS]
    assert len(json.loads(voiceagent("trigger", "fault", "--list", "--json").out)["faults"]) == len(FAULTS)


def test_one_fault_in_full(voiceagent: Any) -> None:
    assert voiceagent("trigger", "fault", "media.dropped", "--list").out == (
        "media.dropped            The media socket ends in mid call: cut, or closed with a code."
        " With `redial_ms` the service dials again.\n"
        "  --param code=0            WebSocket close code; 0: cut without a close frame\n"
        "  --param redial_ms=none         dialled again after this long; none: never\n"
        "  --times 1  --after 50  --only AudioData\n"
        "  source: facts F6: the media socket may drop in mid call; whether and when the service dials again is not known\n"
    )


def test_a_fault_is_armed_looked_at_and_taken_back(voiceagent: Any, emulator: Any) -> None:
    at = ("--url", emulator.url)
    armed = voiceagent(
        "trigger", "fault", "request.throttled", "--times", 3, "--param", "retry_after_s=2", "--only", "answer", *at
    )
    assert (armed.code, armed.out) == (0, "1 request.throttled: armed, happens 3 times\n")
    assert voiceagent("trigger", "fault", "clock.skewed", *at).out == "2 clock.skewed: armed, happens until it is cleared\n"
    assert voiceagent("trigger", "fault", "--armed", *at).out == (
        "1    request.throttled        3 left, answer\n2    clock.skewed             for ever\n"
    )
    assert json.loads(voiceagent("trigger", "fault", "--armed", "--json", *at).out)["armed"][0]["left"] == 3
    assert voiceagent("trigger", "fault", "clock.skewed", "--clear", *at).out == "1 cleared\n"
    assert voiceagent("trigger", "fault", "--clear", *at).out == "1 cleared\n"
    assert "No fault is armed" in voiceagent("trigger", "fault", "--armed", *at).err


def test_what_cannot_be_meant_is_wrong_usage(voiceagent: Any, tmp_path: Path) -> None:
    assert voiceagent("trigger", "fault").code == 2
    meant = voiceagent("trigger", "fault", "media.droped", "--url", "http://127.0.0.1:1")
    assert (meant.code, "Did you mean media.dropped?" in meant.err) == (2, True)
    assert "is not NAME=VALUE" in voiceagent("trigger", "fault", "media.dropped", "--param", "code").err
    nobody = voiceagent("trigger", "fault", "media.dropped", "--dir", tmp_path)
    assert (nobody.code, "No emulators are running for this project" in nobody.err) == (2, True)
    gone = voiceagent("trigger", "fault", "media.dropped", "--url", "http://127.0.0.1:1")
    assert (gone.code, "No answer at" in gone.err) == (3, True)


def test_an_engine_fault_needs_an_emulated_engine(voiceagent: Any, emulator: Any) -> None:
    refused = voiceagent("trigger", "fault", "engine.dropped", "--url", emulator.url)
    assert (refused.code, "happens on a wire that these emulators do not have" in refused.err) == (3, True)


def test_every_line_of_the_page_runs(voiceagent: Any, emulator: Any) -> None:
    blocks = re.findall(r"^```console\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    assert lines
    for line in lines:
        words = shlex.split(line, comments=True)[1:]
        if words[0] == "trigger" and "--list" not in words and not words[2].startswith("engine."):
            outcome = voiceagent(*words, *(() if "--url" in words else ("--url", emulator.url)))
            assert outcome.code == 0, f"{line}\n{outcome.err}"
