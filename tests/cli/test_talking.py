"""Talking on the screen: what is checked before, said after, and started in the background."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.errors import UserError
from voiceagent.legs import portaudio
from voiceagent.local import background, driving
from voiceagent.local.talking import Plan
from voiceagent_cli import talking
from voiceagent_cli.exits import Ended
from voiceagent_cli.group import load
from voiceagent_cli.terminal import Terminal


@pytest.fixture
def terminal() -> Any:
    out, err = io.StringIO(), io.StringIO()
    return SimpleNamespace(it=Terminal(out, err), out=out, err=err)


@pytest.mark.parametrize(
    ("options", "detach", "words"),
    [
        ({"text": True, "no_sound": True}, False, "--text and --no-sound exclude"),
        ({"text": True, "out": Path("x.wav")}, False, "--text has no sound"),
        ({"text": True, "phone": True}, False, "--text has no sound"),
        ({"wavs": (Path("x.wav"),)}, True, "nobody to drive it"),
    ],
)
def test_options_that_contradict_each_other_are_told(options: Any, detach: bool, words: str) -> None:
    with pytest.raises(UserError, match=words):
        talking.check(Plan(directory=Path(), **options), detach=detach)


def test_the_command_of_the_background_is_the_same_call() -> None:
    plan = Plan(
        directory=Path("demo"), no_sound=True, phone=True, out=Path("x.wav"), human="no_answer", full_duplex=True, speaker="box"
    )
    words = talking.words_of(plan)
    assert words[:3] == ["talk", "demo", "--in-background"]
    parsed = load("talk").make_context("talk", words[1:]).params
    given = {name: value for name, value in parsed.items() if value and name != "human"}
    assert given == {
        "directory": "demo",
        "in_background": True,
        "no_sound": True,
        "phone": True,
        "full_duplex": True,
        "out": "x.wav",
        "output": "box",
    }
    assert str(parsed["human"]).replace("_", "-") == "no-answer"


def test_a_call_in_the_background_is_told_with_how_to_drive_it(
    terminal: Any, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.parent)
    facts = {"ready": True, "agent": "orders", "pid": 7}
    monkeypatch.setattr(background, "in_background", lambda words, *, log: facts)
    talking.talk(Plan(directory=Path("demo"), text=True), terminal.it, detach=True, in_background=False, as_json=False)
    assert terminal.out.getvalue() == 'voiceagent say "Hello" demo\nvoiceagent stop demo\n'
    assert terminal.err.getvalue() == "orders is on the line (process 7).\n"


def answered_with(answer: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    orders: list[Any] = []

    async def drive(project: Path, order: Any) -> Any:
        orders.append(order)
        return answer

    monkeypatch.setattr(driving, "drive", drive)
    return orders


def test_the_agents_words_are_the_result_of_saying_something(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    notes = [
        {"note": "CallerTurnNoted", "text": "Hello?", "start_ms": 0, "end_ms": 0},
        {"note": "AgentTurnNoted", "text": "Yes.", "start_ms": 0, "end_ms": 0},
    ]
    orders = answered_with({"over": True, "notes": notes}, monkeypatch)
    talking.say(Path("demo"), "Hello?", terminal.it, in_writing=True, as_json=False)
    assert orders == [{"do": "say", "text": "Hello?", "in_writing": True}]
    assert terminal.out.getvalue() == "Yes.\n"
    assert "caller    Hello?" in terminal.err.getvalue()
    assert "The call is over." in terminal.err.getvalue()


def test_stopping_reports(terminal: Any, report: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    answered_with({"over": True, "report": report}, monkeypatch)
    talking.stop(Path("demo"), terminal.it, as_json=True)
    assert json.loads(terminal.out.getvalue()) == report


def test_a_microphone_that_gave_nothing_is_worth_a_warning(terminal: Any, report: Any) -> None:
    sound = {"input": "Mic", "mic_peak_dbfs": -100.0}
    talking._tell(report | {"sound": sound}, Plan(directory=Path()), terminal.it, as_json=True)
    assert "the microphone Mic gave nothing but silence" in terminal.err.getvalue()
    assert json.loads(terminal.out.getvalue())["sound"] == sound


def devices(monkeypatch: pytest.MonkeyPatch, cards: list[portaudio.SoundCard]) -> None:
    monkeypatch.setattr(portaudio, "portaudio", lambda: None)
    monkeypatch.setattr(portaudio, "sound_cards", lambda module: cards)


def test_the_devices_are_listed(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    devices(monkeypatch, [portaudio.SoundCard(0, "USB Headset", "ALSA", 1, 2, 44_100, True, False)])
    talking.list_devices(terminal.it, as_json=False)
    assert terminal.out.getvalue() == "0\tUSB Headset\tALSA\t1\t2\t44100\tin\n"


def test_no_device_is_an_empty_list_and_a_sentence(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    devices(monkeypatch, [])
    with pytest.raises(UserError, match="There is no microphone"):
        talking.list_devices(terminal.it, as_json=True)
    assert json.loads(terminal.out.getvalue()) == {"devices": []}


def test_a_call_that_the_engine_failed_ends_with_three(
    terminal: Any, project: Path, report: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = report | {"outcome": "failed", "end_reason": "engine_lost", "sound": None, "warnings": []}
    monkeypatch.setattr(talking.signals, "run", lambda work: (failed, False))
    with pytest.raises(Ended) as ended:
        talking.talk(Plan(directory=project, text=True), terminal.it, detach=False, in_background=False, as_json=True)
    assert ended.value.code == 3
    assert "engine_lost" in terminal.err.getvalue()
