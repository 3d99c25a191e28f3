"""Which files are meant, whose they are, and that they fit their agent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiceagent.audio.wav import write_wav
from voiceagent.errors import UserError
from voiceagent.scenarios.load import cases, doubts, load, scenario_files, selected

HI = "steps: [say: hi]\n"


def test_a_project_a_folder_and_a_file_are_named_and_each_file_is_taken_once(project: Path) -> None:
    folder = project / "scenarios"
    for name in ("b.yaml", "a.yml", "notes.txt"):
        (folder / name).write_text(HI)
    found = cases([folder / "b.yaml", project, folder])
    assert [case.path.name for case in found] == ["b.yaml", "a.yml"]
    assert {case.project for case in found} == {project.resolve()}
    assert [case.name for case in found] == ["b", "a"]


def test_everything_that_is_wrong_is_told_at_once(project: Path) -> None:
    (project / "scenarios" / "a.yaml").write_text("steps: []")
    (project / "scenarios" / "b.yaml").write_text("- 1")
    (project / "scenarios" / "c.yaml").write_text(HI)
    with pytest.raises(UserError) as caught:
        cases([project])
    assert [line.split("/")[-1][:6] for line in str(caught.value).splitlines()] == ["a.yaml", "b.yaml"]


@pytest.mark.parametrize(("name", "sentence"), [("nothing", "does not exist"), ("scenarios", "There are no scenarios in")])
def test_nothing_to_play_is_told(project: Path, name: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        list(scenario_files(project / name))


def test_a_scenario_belongs_to_an_agent(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(HI)
    with pytest.raises(UserError, match="belongs to no agent project"):
        load(tmp_path / "a.yaml")


def test_settings_may_be_tables_or_dotted(written: Callable[..., Any]) -> None:
    case = written("settings: { silence: { after_seconds: 3 }, limits.max_calls: 2, engine: {options: {a: {b: 1}}} }\n" + HI)
    assert case.overrides == {"silence.after_seconds": 3, "limits.max_calls": 2, "engine.options": {"a": {"b": 1}}}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ("silence: { after_second: 3 }", r"a\.yaml:1: settings: `silence.after_second` is not a setting; did you mean"),
        ("silence: { after_seconds: -1 }", r"`silence.after_seconds` is -1; expected greater than 0"),
        ("bridge: { port: 1 }", r"`settings.bridge.port` belongs to the whole run"),
        ("engine.kind: embedded", r"`settings.engine.kind` belongs to the whole run"),
        ("engine: { api_key: x }", r"`settings.engine.api_key` belongs to the whole run"),
    ],
)
def test_settings_that_cannot_be_changed_are_told(written: Callable[..., Any], settings: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        written(f"settings: {{ {settings} }}\n{HI}")


def test_recordings_must_be_there_and_be_recordings(written: Callable[..., Any], project: Path) -> None:
    with pytest.raises(UserError, match=r"a\.yaml:2: there is no recording"):
        written("steps:\n  - wav: hello.wav\n")
    (project / "scenarios" / "hello.wav").write_bytes(b"hello")
    with pytest.raises(UserError, match=r"a\.yaml:2: "):
        written("steps:\n  - wav: hello.wav\n")
    write_wav(project / "scenarios" / "hello.wav", bytes(480), 24_000)
    case = written("steps:\n  - wav: hello.wav\n")
    assert case.scenario.steps[0].wav == "hello.wav"
    assert doubts(case) == []
    recording = project / "scenarios" / "hello.wav"
    write_wav(recording, bytes(48_000), 24_000)
    recording.write_bytes(recording.read_bytes()[:24_044])
    assert doubts(case) == [f"{recording} is cut short: its header announces 0.5 s more than there is"]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", ["Order status", "busy line"]),
        ("ORDER", ["Order status"]),
        ("line b.y", ["busy line"]),
        ("not order", ["busy line"]),
    ],
)
def test_words_choose(written: Callable[..., Any], words: str, names: list[str]) -> None:
    found = [written(f"name: Order status\n{HI}"), written(f"name: busy line\n{HI}", "b.yaml")]
    assert [case.name for case in selected(found, words)] == names
