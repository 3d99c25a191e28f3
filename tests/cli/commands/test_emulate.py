"""`voiceagent emulate`, as the process it is."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import Any

import pytest

COMMAND = [sys.executable, "-m", "voiceagent_cli", "emulate", "all", "--answers", "scripted", "--env", "--json"]


def test_ctrl_c_is_its_ordinary_end() -> None:
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert json.loads(child.stdout.readline())["env"]["ACS_CONNECTION_STRING"].startswith("endpoint=http://127.0.0.1:")
        child.send_signal(signal.SIGINT)
        assert child.wait(timeout=20) == 0


def test_it_leaves_with_whoever_started_it() -> None:
    with subprocess.Popen([*COMMAND, "--with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        child.stdin.close()
        assert child.wait(timeout=20) == 0


def test_a_folder_without_a_project_is_wrong_usage(voiceagent: object, tmp_path: object) -> None:
    outcome = voiceagent("emulate", "--agent", tmp_path)  # type: ignore[operator]  # the fixture of conftest
    assert (outcome.code, outcome.out) == (2, "")


@pytest.mark.parametrize(("option", "value"), [("--port", "99999"), ("--port", "x"), ("--key", "ä b")])
def test_a_value_that_cannot_be_used_is_wrong_usage(voiceagent: Any, option: str, value: str) -> None:
    outcome = voiceagent("emulate", option, value)
    assert (outcome.code, outcome.out) == (2, "")
    assert option in outcome.err
    assert ".." not in outcome.err


def test_guesses_are_printed_and_nothing_is_started(voiceagent: Any) -> None:
    outcome = voiceagent("emulate", "--guesses")
    assert outcome.code == 0
    assert "media-dial-delay: The media socket is dialled 150 ms after the answer." in outcome.out
    told = json.loads(voiceagent("emulate", "--guesses", "--json").out)["guesses"]
    assert {"id", "about", "sentence", "source"} == set(told[0])


@pytest.mark.parametrize("options", [["--https"], ["--https", "--proxy"], ["--strict"]])
def test_what_the_emulated_twilio_does_not_have_is_wrong_usage(voiceagent: Any, options: list[str]) -> None:
    outcome = voiceagent("emulate", "twilio", *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert options[0] in outcome.err
