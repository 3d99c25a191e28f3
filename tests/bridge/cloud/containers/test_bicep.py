"""The Bicep that is written: read back by a parser of the language, and saying what the requests say."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from voiceagent.cloud.containers import bicep
from voiceagent.cloud.containers.requests import Known
from voiceagent.cloud.containers.words import Joined, OnceBuilt, Param, Told

SETTINGS: list[dict[str, Any]] = [{}, {"deploy": {"max_replicas": 5, "cpu": 0.5}}]


def parsed(text: str) -> dict[str, Any]:
    from pycep import BicepParser

    found: dict[str, Any] = BicepParser().parse(text=text)
    return found


@pytest.mark.parametrize("sections", SETTINGS)
def test_it_is_bicep_and_holds_what_is_wanted(wanting: Any, sections: Any) -> None:
    what = wanting(**sections)
    tree = parsed(bicep.resources(what))
    assert {name: (one["type"], one["api_version"], one["existing"]) for name, one in tree["resources"].items()} == {
        one.symbol: (one.type, one.api_version, one.there) for one in what.resources
    }
    assert set(tree["parameters"]) == {one.name for one in what.parameters}


@pytest.mark.parametrize("sections", SETTINGS)
def test_it_says_what_the_requests_say(wanting: Any, sections: Any) -> None:
    what = wanting(**sections)
    known = Known(what, "s", "g", {}, shown=True)
    tree = parsed(bicep.resources(what))
    parameters = {one.name: known.filled(Param(one.name)) for one in what.parameters}
    for resource in what.resources:
        config = tree["resources"][resource.symbol]["config"]
        body = {name: value for name, value in config.items() if name not in ("name", "parent", "scope", "dependsOn")}
        assert same(known.body_of(resource), body, parameters), resource.symbol


def same(body: Any, tree: Any, parameters: Mapping[str, Any]) -> bool:
    """Whether the parsed template says what the request says; what only Azure can tell is a word in both."""
    if isinstance(tree, Mapping) and "operator" in tree:
        chosen = tree["operator"]["operands"].get("operand_2", {})
        if "operator" in chosen and chosen["operator"]["type"] == "conditional":
            return same(body, chosen["operator"]["operands"]["false_value"], parameters)
        return is_open(body)
    if isinstance(tree, Mapping) and "function" in tree:
        told = tree["function"]["parameters"].get("arg_1")
        return body == float(told) if tree["function"]["type"] == "json" else is_open(body)
    if isinstance(tree, Mapping):
        keys = {is_open(name) or name for name in body} == {name.startswith("'${") or name.strip("'") for name in tree}
        return keys and all(same(one, other, parameters) for one, other in zip(body.values(), tree.values(), strict=True))
    if isinstance(tree, list):
        return len(body) == len(tree) and all(same(one, other, parameters) for one, other in zip(body, tree, strict=True))
    if isinstance(tree, str) and "${" in tree:
        return is_open(body)
    return bool(body == parameters.get(tree, tree) if isinstance(tree, str) else body == tree)


def is_open(text: Any) -> bool:
    """Whether a plan shows it as something that only Azure can tell, or as an id."""
    return isinstance(text, str) and bool(re.search(r"\(\w+\.|^/subscriptions/", text))


def test_the_group_is_made_around_it_and_gets_all_parameters(wanting: Any) -> None:
    what = wanting()
    text = bicep.main(what, group="calls")
    tree = parsed(text)
    assert tree["globals"]["scope"]["value"] == "subscription"
    assert "param resourceGroupName string = 'calls'" in text
    assert all(f"    {one.name}: {one.name}" in text for one in what.parameters)


def test_no_secret_is_written_and_each_is_asked_for_safely(wanting: Any) -> None:
    what = wanting(deploy={"max_replicas": 2})
    text = bicep.resources(what) + bicep.main(what, group="g") + bicep.parameters(what)
    assert "do-not-tell" not in text
    for one in what.parameters:
        if one.secret:
            assert one.value is not None
            assert one.value not in text
            assert re.search(rf"@secure\(\)\n@description\([^\n]*\)\nparam {one.name} string\n", text)


def test_azd_fills_in_the_parameters_from_its_environment(wanting: Any) -> None:
    told = json.loads(bicep.parameters(wanting()))["parameters"]
    assert told["voiceagentAcsEventSecret"] == {"value": "${VOICEAGENT_ACS_EVENT_SECRET}"}
    assert told["location"] == {"value": "${AZURE_LOCATION}"}
    assert told["image"]["value"].startswith("${SERVICE_BRIDGE_IMAGE_NAME=")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (3, "3"),
        (2.0, "2"),
        (0.25, "json('0.25')"),
        (None, "null"),
        ([], "[]"),
        ({}, "{}"),
        ("it's ${x}\n", "'it\\'s \\${x}\\n'"),
        (Param("image"), "image"),
        (Told("vault", "properties.vaultUri"), "vault.properties.vaultUri"),
        (Joined(("a-", Told("app", "name"))), "'a-${app.name}'"),
        (OnceBuilt(8080, 80), f"image == '{bicep.FIRST_IMAGE}' ? 80 : 8080"),
        ({"azd-service-name": "x", "name": ["y"]}, "{\n  'azd-service-name': 'x'\n  name: [\n    'y'\n  ]\n}"),
    ],
)
def test_each_kind_of_value(value: Any, text: str) -> None:
    assert bicep.written(value) == text
