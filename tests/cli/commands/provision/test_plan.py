"""`provision plan`: for people and for programs; and the page that tells of it, run from top to bottom."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


def test_each_step_has_the_promised_fields(subscription: Any, provision: Callable[..., Any]) -> None:
    plan = provision("plan", "--country", "gb", "--type", "geographic", "--area-code", "20")
    for step in plan["steps"]:
        assert {"action", "kind", "name", "cost", "request"} <= step.keys()
        assert step["action"] == "create"
    search = next(one for one in plan["steps"] if one["kind"] == "search")
    assert search["request"]["path"].startswith("/availablePhoneNumbers/countries/GB/:search")
    assert search["request"]["body"]["areaCode"] == "20"
    number = next(one for one in plan["steps"] if one["kind"] == "number")
    assert number["cost"] == {
        "amount": 1.0,
        "currency": "USD",
        "per": "month",
        "per_minute": {"inbound": 0.009, "outbound": 0.015},
        "list_price": True,
    }
    assert plan["changes"] == len(plan["steps"])
    assert "2026-10-23" in plan["notes"][0]


def test_for_people_it_is_a_table_with_what_it_costs(subscription: Any, told: Callable[..., Any]) -> None:
    shown = told("plan")
    assert "+ create\tphone number\tUS geographic\tnot there yet; 1.00 USD a month" in shown.out
    assert "list price" in shown.err
    assert shown.err.splitlines()[-1] == "16 changes. `voiceagent provision apply` makes them."
    assert subscription.things() == []


def test_without_a_subscription_it_says_which_setting_is_missing(voiceagent: Any, project: Any, monkeypatch: Any) -> None:
    monkeypatch.delenv("AZURE_SUBSCRIPTION_ID", raising=False)
    refused = voiceagent("provision", "plan", project)
    assert refused.code == 2
    assert "`cloud.subscription_id` is empty" in refused.err


# --- docs/provision.md

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
