"""Options that several commands share are one object, so they cannot drift apart."""

from __future__ import annotations

from voiceagent_cli.group import listed, load


def test_json_is_explained_the_same_everywhere() -> None:
    helps = {param.help for command in listed() for param in load(command.words).params if "--json" in param.opts}
    assert len(helps) == 1


def test_the_project_is_the_current_directory_unless_named() -> None:
    for command in listed():
        for param in load(command.words).params:
            # init makes a project, and replay looks for the one that the capture lies in.
            if param.name == "directory" and command.words not in ("init", "replay"):
                assert str(param.default) == ".", command.words
