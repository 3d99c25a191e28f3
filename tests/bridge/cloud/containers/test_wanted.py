"""What is wanted: as much as the settings call for and no more."""

from __future__ import annotations

from typing import Any

import pytest

from voiceagent.cloud.containers.wanted import ai_account, parameter_name, wanted
from voiceagent.errors import UserError


def symbols(what: Any, type_: str = "") -> list[str]:
    return [one.symbol for one in what.resources if one.type.startswith(type_)]


def test_a_small_deployment(wanting: Any) -> None:
    assert symbols(wanting()) == [
        *("identity", "registry", "vault"),
        *("voiceagentAcsConnectionStringInVault", "voiceagentAcsEventSecretInVault", "voiceagentBridgeTokenSecretInVault"),
        *("mayReadSecrets", "mayPull", "engine", "mayUseEngine", "environment", "app"),
    ]


@pytest.mark.parametrize(
    ("environ", "sections", "roles"),
    [
        ({}, {}, ["mayReadSecrets", "mayPull", "mayUseEngine"]),
        ({"AZURE_VOICELIVE_API_KEY": "k"}, {}, ["mayReadSecrets", "mayPull"]),
        ({}, {"deploy": {"image": "x.example/y:1"}}, ["mayReadSecrets", "mayUseEngine"]),
        ({"AZURE_VOICELIVE_ENDPOINT": "wss://own.example"}, {}, ["mayReadSecrets", "mayPull"]),
    ],
)
def test_exactly_the_roles_that_are_needed(wanting: Any, environ: Any, sections: Any, roles: list[str]) -> None:
    assert symbols(wanting(environ, **sections), "Microsoft.Authorization") == roles


def test_everything_referred_to_comes_before(wanting: Any) -> None:
    what = wanting(deploy={"max_replicas": 3})
    seen: set[str] = set()
    for one in what.resources:
        needed = {*one.after, *([one.parent] if one.parent else []), *([one.scope] if one.scope else [])}
        assert needed <= seen, one.symbol
        seen.add(one.symbol)


def test_several_replicas_get_a_redis_without_a_way_in_from_outside(wanting: Any) -> None:
    redis = wanting(deploy={"max_replicas": 2}).named("redis").body["properties"]
    assert redis["configuration"]["ingress"]["external"] is False
    assert redis["template"]["scale"] == {"minReplicas": 1, "maxReplicas": 1}


@pytest.mark.parametrize(
    ("environ", "sections", "sentence"),
    [
        ({"AZURE_VOICELIVE_ENDPOINT": ""}, {}, "the deployed image has no embedded engine"),
        ({"VOICEAGENT_ENGINE": "embedded"}, {}, "the deployed image has no embedded engine"),
        ({"ACS_CONNECTION_STRING": ""}, {}, "no telephony to deploy for"),
        ({}, {"deploy": {"min_replicas": 3}}, "deploy.min_replicas is 3, and deploy.max_replicas 1"),
    ],
)
def test_what_cannot_be_deployed_is_refused(loading: Any, environ: Any, sections: Any, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence) as refused:
        wanted(loading(environ, **sections))
    assert refused.value.remedy


def test_a_role_on_the_telephony_is_noted_where_no_key_is_used(wanting: Any) -> None:
    notes = wanting({"ACS_CONNECTION_STRING": "", "ACS_ENDPOINT": "https://line.example"}).notes
    assert "needs a role on the Communication Services resource https://line.example" in notes[0]
    assert wanting().notes == ()


def test_no_secret_is_in_the_description(wanting: Any) -> None:
    assert "do-not-tell" not in repr(wanting(deploy={"max_replicas": 2}).resources)


def test_the_account_is_read_off_the_engines_address(loading: Any) -> None:
    assert ai_account(loading().settings) == "lab"
    assert parameter_name("ACS_EVENT_SECRET") == "acsEventSecret"
