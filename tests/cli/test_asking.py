"""Questions at a terminal: what is typed, what is left out, and what is none of the choices."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from voiceagent.agent.init import Choices
from voiceagent.discreet import PhoneNumber
from voiceagent_cli import asking
from voiceagent_cli.terminal import Terminal


@pytest.fixture
def terminal() -> Any:
    return Terminal(io.StringIO(), io.StringIO())


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_an_empty_line_takes_what_is_in_brackets(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "", "mine")
    assert [asking.ask(terminal, "Folder", "my-agent"), asking.ask(terminal, "Folder", "my-agent")] == ["my-agent", "mine"]
    assert terminal._err.getvalue() == "Folder [my-agent]: " * 2


def test_the_end_of_the_input_takes_the_default_too(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch)
    assert asking.ask_one(terminal, "Which?", {"a": "one", "b": "two"}, "b") == "b"


def test_yes_and_no(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "", "n", "Yes", "")
    answers = [asking.ask_yes(terminal, "Add it?") for _ in range(3)]
    assert [*answers, asking.ask_yes(terminal, "Add it?", default=False)] == [True, False, True, False]


def test_a_choice_is_a_name_or_a_number(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "2", "9", "²", "9" * 5_000, "a")
    choices = {"a": "one", "b": "two"}
    assert [asking.ask_one(terminal, "Which?", choices, "a") for _ in range(2)] == ["b", "a"]
    assert "9 is none of them." in terminal._err.getvalue()


def test_a_whole_project(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "front", "intake", "", "", "+14255550177", "n", "", "n")
    assert asking.ask_for_project(terminal, None) == (
        *(Path("front"), "intake", Choices(name="front", phone_number=PhoneNumber("+14255550177"))),
        ["devcontainer"],
    )


def test_what_cannot_be_is_asked_again_at_once(terminal: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-agent").mkdir()
    (tmp_path / "my-agent" / "voiceagent.toml").touch()
    typed(monkeypatch, "my-agent", "", "blank", "", "", "0123", "+14255550177", "nonsense", "no", "yes", "")
    folder, template, choices, parts = asking.ask_for_project(terminal, None)
    assert (folder, template, choices.phone_number) == (Path("my-agent-2"), "blank", PhoneNumber("+14255550177"))
    assert parts == ["devcontainer", "ci"]
    said = terminal._err.getvalue()
    for sentence in ("my-agent holds a project already.", "such as +14255550123.", "y or n?"):
        assert sentence in said


def test_nobody_is_asked_where_nobody_is(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch)
    assert not asking.somebody_is_there(terminal)
