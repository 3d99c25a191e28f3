"""Names: as long as Azure takes them, ours among everybody's, the same in every run."""

from __future__ import annotations

import re

import pytest

from voiceagent.cloud.containers.names import app_name, group_name, registry_name, unique, vault_name
from voiceagent.config.schema import Settings


def settings(**deploy: str) -> Settings:
    return Settings.model_validate({"cloud": {"subscription_id": "s", "name": "voiceagent"}, "deploy": deploy})


@pytest.mark.parametrize("app", ["", "ab", "a-very-long-name-of-thirty-char"[:30].rstrip("-")])
def test_azure_takes_them(app: str) -> None:
    named = settings(app=app)
    assert re.fullmatch(r"[a-z][a-z0-9-]{0,30}[a-z0-9]", app_name(named))
    assert re.fullmatch(r"[a-z0-9]{5,50}", registry_name(named))
    assert re.fullmatch(r"[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]", vault_name(named))


def test_they_are_the_same_in_every_run_and_others_for_others() -> None:
    assert unique(settings()) == unique(settings())
    others = [settings(app="other"), Settings.model_validate({"cloud": {"subscription_id": "t", "name": "voiceagent"}})]
    assert len({unique(one) for one in [settings(), *others]}) == 3


def test_the_group_is_the_named_one_or_has_the_name_of_all() -> None:
    assert group_name(settings()) == "voiceagent-rg"
    assert group_name(Settings.model_validate({"cloud": {"resource_group": "mine"}})) == "mine"
