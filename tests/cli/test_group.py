"""The overview and the table behind it."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent_cli.group import CHAPTERS, GROUPS, listed, load


def test_the_overview_lists_every_command_in_its_chapter(voiceagent: Any) -> None:
    outcome = voiceagent("--help")
    assert (outcome.code, outcome.err) == (0, "")
    for chapter in CHAPTERS:
        assert f"{chapter.title}:" in outcome.out
    for command in listed():
        assert f"  {command.words}" in outcome.out


def test_no_words_at_all_show_the_overview_as_talk_and_fail(voiceagent: Any) -> None:
    outcome = voiceagent()
    assert (outcome.code, outcome.out) == (2, "")
    assert "Build an agent:" in outcome.err


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_a_group_lists_its_own_commands_only(voiceagent: Any, group: str) -> None:
    outcome = voiceagent(group, "--help")
    assert "Build an agent" not in outcome.out
    for command in listed():
        words = command.words.split()
        if words[0] == group:
            assert f"  {words[1]}" in outcome.out


@pytest.mark.parametrize("words", [command.words for command in listed()])
def test_every_command_has_its_file_and_tells_what_it_does(words: str) -> None:
    command = load(words)
    assert command.help
    assert all(param.help or param.name == "help" for param in command.params if hasattr(param, "help")), words


@pytest.mark.parametrize("words", [command.words for command in listed() if command.words not in ("serve", "emulate")])
def test_every_command_with_a_result_has_json(words: str) -> None:
    assert any("--json" in param.opts for param in load(words).params)
