"""Provisioning on the screen."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voiceagent.cloud.plan import Plan, Step
from voiceagent.cloud.resource import Cost, Resource
from voiceagent.cloud.wire import Request
from voiceagent.errors import UserError
from voiceagent_cli import deploying
from voiceagent_cli.provisioning import at_site, carry_out, show_plan, show_requests, wish
from voiceagent_cli.terminal import Terminal

NUMBER = Step(
    "create", Resource("number", "US", cost=Cost(1.0, is_list_price=True)), "not there yet", Request("POST", "/buy", {"a": 1})
)
SETTINGS = Step("create", Resource("settings", ".env", body={"B": "2", "A": "1"}), "not there yet")
KEPT = Step("keep", Resource("acs", "a"), "as it should be")
GONE = Step("delete", Resource("topic", "t"), "made by us", Request("DELETE", "/topic"))


def screen() -> tuple[Terminal, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    return Terminal(out, err), out, err


def test_a_plan_with_its_costs_and_notes() -> None:
    terminal, out, err = screen()
    show_plan(terminal, Plan((NUMBER, KEPT), ("a note",)))
    assert out.getvalue().splitlines() == [
        "+ create\tphone number\tUS\tnot there yet; 1.00 USD a month",
        "  keep\tCommunication Services\ta\tas it should be",
    ]
    assert err.getvalue().splitlines()[0].startswith("This costs 1.00 USD a month (list price")
    assert err.getvalue().splitlines()[1] == "a note"


def test_requests_as_they_would_be_sent() -> None:
    terminal, out, _ = screen()
    show_requests(terminal, Plan((NUMBER, SETTINGS, KEPT, GONE)))
    text = out.getvalue()
    assert json.loads(text[len("POST /buy\n") : text.index("write ")]) == {"a": 1}
    assert text.splitlines()[-2:] == ["write .env: A, B", "DELETE /topic"]


def test_wishes_are_flags_of_the_settings() -> None:
    assert wish("de", area_code="30") == {
        "cloud.number.country": "DE",
        "cloud.number.type": None,
        "cloud.number.calling": None,
        "cloud.number.sms": None,
        "cloud.number.area_code": "30",
    }


@pytest.mark.parametrize("as_json", [False, True])
async def test_a_plan_is_shown_then_done_step_by_step(as_json: bool) -> None:
    terminal, out, err = screen()

    async def work(tell: Callable[[Step], None]) -> None:
        tell(GONE)

    done = await carry_out(terminal, Plan((GONE, KEPT)), work, question="Really?", yes=True, dry_run=False, as_json=as_json)
    assert done == [GONE.resource.key]
    assert "- delete" in err.getvalue()
    assert err.getvalue().endswith("[1/1] system topic t\n")
    assert out.getvalue() == ""


@pytest.mark.parametrize(("as_json", "shown"), [(False, "DELETE /topic\n"), (True, "")])
async def test_a_dry_run_shows_the_requests_and_does_nothing(as_json: bool, shown: str) -> None:
    terminal, out, err = screen()

    async def work(_: Callable[[Step], None]) -> None:
        raise AssertionError

    assert await carry_out(terminal, Plan((GONE,)), work, question="", yes=False, dry_run=True, as_json=as_json) == []
    assert (out.getvalue(), err.getvalue()) == (shown, "")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(deploying, "find_spec", lambda _: None)
    with pytest.raises(UserError) as refused:
        at_site(Path(), work)
    assert refused.value.remedy == "pip install 'voiceagent-workbench[azure]'"
