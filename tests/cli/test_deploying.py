"""Deployments on the screen: plans, questions, and the extra that is needed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from voiceagent.cloud.containers.difference import Step
from voiceagent.config.load import load_settings
from voiceagent.errors import UserError
from voiceagent_cli import deploying
from voiceagent_cli.terminal import Terminal


@pytest.fixture
def terminal() -> Terminal:
    return Terminal(io.StringIO(), io.StringIO())


STEPS = [Step("create", "Microsoft.App/containerApps", "shop"), Step("keep", "image", "shop:1"), Step("skip", "x", "y", "why")]


def test_what_stays_is_no_change_and_can_be_left_out(terminal: Any) -> None:
    assert deploying.changes(STEPS) == 1
    deploying.show_steps(terminal, STEPS, everything=False)
    assert terminal._out.getvalue() == "+ create\tcontainer app\tshop\tnot there yet\n! skip\tx\ty\twhy\n"


def test_talk_to_the_side(terminal: Any) -> None:
    with terminal.on_the_side():
        deploying.show_steps(terminal, STEPS)
    assert terminal._out.getvalue() == ""
    assert "shop:1" in terminal._err.getvalue()


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deploying, "find_spec", lambda _: None)
    with pytest.raises(UserError) as refused:
        deploying.with_azure(load_settings(None, environ={}), lambda _: None)  # type: ignore[arg-type, return-value]
    assert refused.value.remedy == "pip install 'voiceagent-workbench[azure]'"


def test_the_settings_are_the_projects(tmp_path: Path) -> None:
    (tmp_path / "voiceagent.toml").write_text('[deploy]\napp = "shop"\n')
    assert deploying.load(tmp_path).settings.deploy.app == "shop"


def test_a_missing_package_above_it_is_no_other_case() -> None:
    with pytest.raises(UserError):
        deploying.must_be_installed("no_such_package.at_all")
