"""docs/provision.md from top to bottom, on an empty subscription and a bridge under the page's address."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiceagent.cloud import survey  # noqa: F401 - imported before the emulators' thread begins

NOT_HERE = ("serve",)
"""They end with Ctrl-C; their own tests run them."""


def lines(page: Path) -> list[str]:
    blocks = re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


@pytest.mark.call
def test_every_command_of_the_page_works_in_its_order(
    subscription: Any, voiceagent: Callable[..., Any], root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voiceagent.emulators.together import Emulators
    from voiceagent.local.bridge import bridge
    from voiceagent.local.emulators import Emulators as Beside

    monkeypatch.chdir(tmp_path)
    url = ""
    typed = lines(root / "docs" / "provision.md")
    assert len(typed) > 14
    for line in typed:
        words = shlex.split(line)[1:]
        if words[0] in NOT_HERE:
            engine = subscription.enter(Emulators("voice-live", answers="scripted"))
            beside = Beside(engine.env(), engine.facts())
            served = subscription.enter(bridge(tmp_path / words[1], flags={"bridge.port": 0}, beside=beside))
            url = served.ready.public_url
            continue
        if "buy" in words or "--hold" in words:  # `apply` above has bought one already; a second is for the page alone
            monkeypatch.setenv("ACS_SOURCE_PHONE_NUMBER", "")
        done = voiceagent(*[word.replace("https://voice.example.com", url) for word in words], *_agreed(words))
        assert done.code == 0, f"$ {line}\n{done.out}{done.err}"
    assert subscription.things() == []


def _agreed(words: list[str]) -> list[str]:
    """A person at a terminal is asked."""
    return ["--yes"] if "apply" in words and not {"--yes", "--dry-run"} & set(words) else []


def test_every_command_and_every_field_is_on_the_page(root: Path) -> None:
    from voiceagent_cli.group import listed

    page = (root / "docs" / "provision.md").read_text(encoding="utf-8")
    for command in listed():
        if command.words.startswith("provision "):
            assert command.words.removeprefix("provision ") in page, command.words
