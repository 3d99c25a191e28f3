"""`voiceagent deploy apply`."""

from __future__ import annotations

import io
import json
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
    assert (declined.code, "Nothing was changed." in declined.err) == (0, True)
    assert subscription.desk.things.made == {}


def test_it_deploys_and_tells_where(voiceagent: Any, shop: Path, subscription: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Typed("y\n"))
    done = voiceagent("deploy", "apply", shop)
    assert done.code == 0
    assert done.out.startswith("https://voiceagent.emulated.azurecontainerapps.io takes calls with revision voiceagent--r")
    assert "Event Grid was not moved: no number is bought" in done.err
    assert "14 changes. Deploy? [y/N]" in done.err
    again = voiceagent("deploy", "apply", shop, "--json")
    assert json.loads(again.out)["changed"] == []
    assert "do-not-tell" not in done.out + done.err + again.out + again.err


def test_a_failure_of_azure_has_its_exit_code_and_its_reason(voiceagent: Any, shop: Path, subscription: Any) -> None:
    subscription.desk.containers.failing.add("revision")
    failed = voiceagent("deploy", "apply", shop, "--yes")
    assert (failed.code, failed.out) == (3, "")
    assert "The container ended with exit code 2." in failed.err
    assert "voiceagent deploy logs --revision voiceagent--r" in failed.err
