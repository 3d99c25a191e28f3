"""The wanted resources as Bicep, for whoever deploys with `azd` or `az`: two files, the group and what is in it. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from voiceagent.cloud.containers.words import (
    Guid,
    Joined,
    OnceBuilt,
    Param,
    Parameter,
    Resource,
    Role,
    Told,
    Value,
    Wanted,
    Word,
)

FIRST_IMAGE = "mcr.microsoft.com/k8se/quickstart:latest"
"""What runs until the bridge's image is built. Azure's own tools begin with it."""

_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_GROUP_API = "2024-03-01"
_MARGIN = "  "


def resources(wanted: Wanted) -> str:
    """`resources.bicep`: everything in the resource group."""
    lines = ["// Written by `voiceagent deploy render`; change voiceagent.toml and render again.", ""]
    for parameter in wanted.parameters:
        lines += [*_parameter(parameter, default=True), ""]
    for resource in wanted.resources:
        lines += [*_resource(resource, wanted), ""]
    lines += list(_outputs(wanted))
    return "\n".join(lines) + "\n"


def main(wanted: Wanted, *, group: str) -> str:
    """`main.bicep`: the resource group, and `resources.bicep` in it."""
    lines = [
        "// Written by `voiceagent deploy render`; change voiceagent.toml and render again.",
        "targetScope = 'subscription'",
        "",
        "@description('name of the azd environment')",
        "param environmentName string",
        "",
        "@description('resource group of everything')",
        f"param resourceGroupName string = {text(group)}",
        "",
    ]
    for parameter in wanted.parameters:
        lines += [*_parameter(parameter, default=True), ""]
    lines += [
        f"resource group 'Microsoft.Resources/resourceGroups@{_GROUP_API}' = {{",
        "  name: resourceGroupName",
        "  location: location",
        "  tags: {",
        "    'azd-env-name': environmentName",
        "  }",
        "}",
        "",
        "module inside 'resources.bicep' = {",
        "  name: 'voiceagent'",
        "  scope: group",
        "  params: {",
        *(f"    {parameter.name}: {parameter.name}" for parameter in wanted.parameters),
        "  }",
        "}",
        "",
        "output AZURE_RESOURCE_GROUP string = group.name",
        *(f"output {name} string = inside.outputs.{name}" for name, _ in _told(wanted)),
    ]
    return "\n".join(lines) + "\n"


def parameters(wanted: Wanted) -> str:
    """`main.parameters.json`: what azd fills in from its environment. No secret is written."""
    named: dict[str, str] = {"environmentName": "${AZURE_ENV_NAME}", "location": "${AZURE_LOCATION}"}
    for parameter in wanted.parameters:
        if parameter.name == "image":
            named["image"] = f"${{SERVICE_BRIDGE_IMAGE_NAME={parameter.value or FIRST_IMAGE}}}"
        elif parameter.secret:
            named[parameter.name] = f"${{{variable_of(parameter)}}}"
    content = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {name: {"value": value} for name, value in named.items()},
    }
    return json.dumps(content, indent=2) + "\n"


def variable_of(parameter: Parameter) -> str:
    """The environment name that azd takes a secret from: the one the bridge has for it."""
    return re.sub(r"(?=[A-Z])", "_", parameter.name).upper()


def _parameter(parameter: Parameter, *, default: bool) -> Iterator[str]:
    if parameter.secret:
        yield "@secure()"
    yield f"@description({text(parameter.description)})"
    value = FIRST_IMAGE if parameter.name == "image" and parameter.value is None else parameter.value
    shown = "" if parameter.secret or not default or value is None else f" = {text(value)}"
    yield f"param {parameter.name} string{shown}"


def _resource(resource: Resource, wanted: Wanted) -> Iterator[str]:
    existing = " existing" if resource.there else ""
    yield f"resource {resource.symbol} '{resource.type}@{resource.api_version}'{existing} = {{"
    if resource.parent:
        yield f"  parent: {resource.parent}"
    if resource.scope:
        yield f"  scope: {resource.scope}"
    yield f"  name: {written(resource.name, '  ')}"
    for name, value in resource.body.items():
        yield f"  {_key(name)}: {written(value, '  ')}"
    if resource.after:
        yield "  dependsOn: ["
        secrets = [one.symbol for one in wanted.resources if one.parent == "vault"] if resource.symbol == "app" else []
        yield from (f"    {symbol}" for symbol in (*resource.after, *secrets))
        yield "  ]"
    yield "}"


def _told(wanted: Wanted) -> Iterator[tuple[str, str]]:
    symbols = {one.symbol for one in wanted.resources}
    if "registry" in symbols:
        yield "AZURE_CONTAINER_REGISTRY_ENDPOINT", "registry.properties.loginServer"
    yield "SERVICE_BRIDGE_NAME", "app.name"
    yield "SERVICE_BRIDGE_URI", "'https://${app.properties.configuration.ingress.fqdn}'"


def _outputs(wanted: Wanted) -> Iterator[str]:
    return (f"output {name} string = {value}" for name, value in _told(wanted))


def written(value: Value, margin: str = "") -> str:
    """A value in Bicep; what follows its first line is indented by `margin`."""
    if isinstance(value, Word):
        return _word(value, margin)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        # Bicep has no fractions; `json` is its documented way to them.
        return str(int(value)) if value.is_integer() else f"json('{value:g}')"
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return _object(value, margin)
    return _array(value, margin)


def _object(value: Mapping[str | Word, Value], margin: str) -> str:
    if not value:
        return "{}"
    inner = margin + _MARGIN
    lines = [f"{inner}{_key(name)}: {written(one, inner)}" for name, one in value.items()]
    return "\n".join(["{", *lines, f"{margin}}}"])


def _array(value: Sequence[Value], margin: str) -> str:
    if not value:
        return "[]"
    inner = margin + _MARGIN
    return "\n".join(["[", *(f"{inner}{written(one, inner)}" for one in value), f"{margin}]"])


def _key(name: str | Word) -> str:
    if isinstance(name, Word):
        return f"'${{{_word(name, '')}}}'"
    return name if _NAME.match(name) else text(name)


def _word(word: Word, margin: str) -> str:
    match word:
        case Param(name):
            return name
        case Told(symbol, path):
            return f"{symbol}.{path}"
        case Joined(parts):
            inside = (_escaped(part) if isinstance(part, str) else f"${{{_word(part, '')}}}" for part in parts)
            return f"'{''.join(inside)}'"
        case Role(guid):
            return f"subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '{guid}')"
        case Guid(parts):
            return f"guid({', '.join(text(part) if isinstance(part, str) else _word(part, '') for part in parts)})"
        case OnceBuilt(value, before):
            return f"image == '{FIRST_IMAGE}' ? {written(before, margin)} : {written(value, margin)}"


def text(value: str) -> str:
    """A string of Bicep."""
    return f"'{_escaped(value)}'"


def _escaped(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\${")
    return escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
