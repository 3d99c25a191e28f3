"""`voiceagent deploy apply`."""

from __future__ import annotations

import io
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest


class Typed(io.StringIO):
    """Somebody at a terminal."""

    def isatty(self) -> bool:
        return True


def test_unasked_nothing_is_changed(voiceagent: Any, shop: Path, subscription: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    refused = voiceagent("deploy", "apply", shop)
    assert (refused.code, refused.out) == (2, "")
    assert "nobody is here to be asked" in refused.err
    monkeypatch.setattr("sys.stdin", Typed("n\n"))
    declined = voiceagent("deploy", "apply", shop)
    assert (declined.code, "Nothing was changed." in declined.err) == (2, True)
    assert subscription.desk.things.made == {}


def test_it_deploys_and_tells_where(voiceagent: Any, shop: Path, subscription: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Typed("y\n"))
    done = voiceagent("deploy", "apply", shop)
    assert done.code == 0
    assert done.out.startswith("https://voiceagent.emulated.azurecontainerapps.io takes calls with revision voiceagent--r")
    assert "Event Grid was not moved: no number is bought" in done.err
    assert "Make these 14 changes? [y/N]" in done.err
    assert "[1/14] resource provider" in done.err
    assert "[13/14] calls voiceagent--r" in done.err, "the last one, Event Grid, has nothing to point"
    again = voiceagent("deploy", "apply", shop, "--json")
    assert json.loads(again.out)["changed"] == []
    assert "do-not-tell" not in done.out + done.err + again.out + again.err


def test_a_failure_of_azure_has_its_exit_code_and_its_reason(voiceagent: Any, shop: Path, subscription: Any) -> None:
    subscription.desk.containers.failing.add("revision")
    failed = voiceagent("deploy", "apply", shop, "--yes")
    assert (failed.code, failed.out) == (3, "")
    assert "The container ended with exit code 2." in failed.err
    assert "voiceagent deploy logs --revision voiceagent--r" in failed.err


def test_every_line_of_its_page_runs(
    voiceagent: Any, subscription: Any, tmp_path: Path, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (root / "docs/deploy.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    lines = [line.removeprefix("$ voiceagent ") for line in "".join(blocks).splitlines()]
    assert [line.split()[1] for line in lines] == ["shop", "plan", "apply", "status", "logs", "render", "destroy"]
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for name, value in {
        "ACS_CONNECTION_STRING": "endpoint=https://line.example;accesskey=do-not-tell-1",
        "VOICEAGENT_EVENT_SECRET": "do-not-tell-2",
        "AZURE_VOICELIVE_ENDPOINT": "https://lab.services.ai.azure.com",
    }.items():
        monkeypatch.setenv(name, value)
    for line in lines:
        outcome = voiceagent(*shlex.split(line))
        assert outcome.code == 0, f"{line}\n{outcome.err}"
        assert "do-not-tell" not in outcome.out + outcome.err
    assert subscription.desk.things.made == {}


def test_every_message_of_its_page_is_one_that_is_said(root: Path) -> None:
    page = (root / "docs/deploy.md").read_text(encoding="utf-8").partition("| what it says |")[2]
    messages = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    assert len(messages) == 11
    sources = [*(root / "bridge/voiceagent/cloud").rglob("*.py"), *(root / "cli/voiceagent_cli").rglob("*.py")]
    said = re.sub(r'"\s*f?"', "", "\n".join(path.read_text(encoding="utf-8") for path in sources))
    for message in messages:
        fixed = max(re.split(r"\b[A-Z]{3,}\b", message), key=len).strip(" :")
        assert fixed in said or "/readyz" in message, message
