"""Everything a deployed bridge needs in Azure, told once: `bicep`, `requests` and `helm` say it in their languages. Pure.

The identity gets exactly the roles that the settings call for: to pull the image, to read the secrets, and to speak with the
engine where no key is set. A resource outside the resource group is not touched; what is to be done there is noted.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from voiceagent.cloud.containers.app import APP_API, container_app, secret_name
from voiceagent.cloud.containers.names import (
    ACR_PULL,
    AZURE_AI_USER,
    COGNITIVE_SERVICES_USER,
    KEY_VAULT_SECRETS_USER,
    app_name,
    registry_name,
    vault_name,
)
from voiceagent.cloud.containers.variables import Variables, own_redis, redis_password, variables
from voiceagent.cloud.containers.words import Guid, Param, Parameter, Resource, Role, Told, Value, Wanted
from voiceagent.errors import UserError

if TYPE_CHECKING:
    from voiceagent.config.load import Loaded
    from voiceagent.config.schema import Settings

REDIS_COMMAND = 'exec redis-server --requirepass "$REDIS_PASSWORD" --save "" --appendonly no --maxmemory 256mb'

_AI_HOSTS = (".services.ai.azure.com", ".cognitiveservices.azure.com")


def wanted(loaded: Loaded) -> Wanted:
    """What the settings ask for. UserError for settings that no deployed bridge can work with."""
    settings = loaded.settings
    _check(settings)
    told = variables(loaded)
    registry = not settings.deploy.image
    resources = [_identity(settings), *((_registry(settings),) if registry else ()), _vault(settings)]
    resources += _secrets(told)
    resources.append(_grant("mayReadSecrets", role=KEY_VAULT_SECRETS_USER, on="vault"))
    resources += [_grant("mayPull", role=ACR_PULL, on="registry")] if registry else []
    account = ai_account(settings)
    resources += _engine_roles(settings, account) if account else []
    resources.append(_environment(settings))
    resources += [_redis(settings)] if own_redis(settings) else []
    resources.append(container_app(settings, told, registry=registry))
    return Wanted(tuple(_parameters(settings, told)), tuple(resources), tuple(_notes(settings)))


def ai_account(settings: Settings) -> str:
    """The AI Services account that the bridge speaks to as itself; empty when it has a key, or another engine."""
    host = urlsplit(settings.engine.endpoint).hostname or ""
    own = next((host.removesuffix(end) for end in _AI_HOSTS if host.endswith(end)), "")
    return "" if settings.engine.api_key else own


def _check(settings: Settings) -> None:
    engine = settings.engine
    if engine.kind == "embedded" or (engine.kind == "auto" and not engine.endpoint):
        raise UserError(
            "engine.endpoint is empty, and the deployed image has no embedded engine: it holds the bridge alone",
            remedy="set AZURE_VOICELIVE_ENDPOINT; `voiceagent provision apply` makes a Voice Live resource",
        )
    if not (settings.acs.connection_string or settings.acs.endpoint or settings.twilio.account_sid):
        raise UserError(
            "there is no telephony to deploy for: acs.connection_string, acs.endpoint and twilio.account_sid are empty",
            remedy="set ACS_CONNECTION_STRING; `voiceagent provision apply` makes a Communication Services resource",
        )
    if settings.deploy.min_replicas > settings.deploy.max_replicas:
        raise UserError(
            f"deploy.min_replicas is {settings.deploy.min_replicas}, and deploy.max_replicas {settings.deploy.max_replicas}",
            remedy="set deploy.max_replicas to at least as many",
        )


def _parameters(settings: Settings, told: Variables) -> Iterator[Parameter]:
    yield Parameter("location", "region of everything", settings.cloud.location)
    yield Parameter("image", "image of bridge and agent", settings.deploy.image or None)
    for name, value in told.secrets.items():
        yield Parameter(parameter_name(name), f"value of {name}", value.shown, secret=True)
    if own_redis(settings):
        yield Parameter("redisPassword", "password of the Redis beside the bridge", redis_password(settings).shown, secret=True)


def parameter_name(variable: str) -> str:
    """`ACS_EVENT_SECRET` as a template's parameter: `acsEventSecret`."""
    first, *others = variable.lower().split("_")
    return first + "".join(word.capitalize() for word in others)


def _identity(settings: Settings) -> Resource:
    return Resource(
        "identity",
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        "2024-11-30",
        f"{app_name(settings)}-identity",
        {"location": Param("location")},
    )


def _registry(settings: Settings) -> Resource:
    return Resource(
        "registry",
        "Microsoft.ContainerRegistry/registries",
        "2025-11-01",
        registry_name(settings),
        {"location": Param("location"), "sku": {"name": "Basic"}, "properties": {"adminUserEnabled": False}},
    )


def _vault(settings: Settings) -> Resource:
    properties: dict[str, Value] = {
        "tenantId": Told("identity", "properties.tenantId"),
        "sku": {"family": "A", "name": "standard"},
        "enableRbacAuthorization": True,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 7,
    }
    return Resource(
        "vault",
        "Microsoft.KeyVault/vaults",
        "2024-11-01",
        vault_name(settings),
        {"location": Param("location"), "properties": properties},
    )


def _secrets(told: Variables) -> list[Resource]:
    return [
        Resource(
            f"{parameter_name(name)}InVault",
            "Microsoft.KeyVault/vaults/secrets",
            "2024-11-01",
            secret_name(name),
            {"properties": {"value": Param(parameter_name(name))}},
            parent="vault",
        )
        for name in told.secrets
    ]


def _grant(symbol: str, *, role: str, on: str) -> Resource:
    return Resource(
        symbol,
        "Microsoft.Authorization/roleAssignments",
        "2022-04-01",
        Guid((Told(on), Told("identity"), role)),
        {
            "properties": {
                "roleDefinitionId": Role(role),
                "principalId": Told("identity", "properties.principalId"),
                # Without it a principal that was made a moment ago is not found.
                "principalType": "ServicePrincipal",
            }
        },
        scope=on,
    )


def _engine_roles(settings: Settings, account: str) -> list[Resource]:
    there = Resource("engine", "Microsoft.CognitiveServices/accounts", "2025-06-01", account, there=True)
    roles = [there, _grant("mayUseEngine", role=COGNITIVE_SERVICES_USER, on="engine")]
    agents = bool(settings.engine.agent.name) or settings.engine.kind == "foundry-agent"
    return [*roles, _grant("mayUseAgents", role=AZURE_AI_USER, on="engine")] if agents else roles


def _environment(settings: Settings) -> Resource:
    properties: dict[str, Value] = {"workloadProfiles": [{"name": "Consumption", "workloadProfileType": "Consumption"}]}
    return Resource(
        "environment",
        "Microsoft.App/managedEnvironments",
        APP_API,
        f"{app_name(settings)}-environment",
        {"location": Param("location"), "properties": properties},
    )


def _redis(settings: Settings) -> Resource:
    """What it holds can be made again, so one replica without a disk is right: where each call is, for as long as it lasts."""
    configuration: dict[str, Value] = {
        "activeRevisionsMode": "Single",
        "ingress": {"external": False, "targetPort": 6379, "exposedPort": 6379, "transport": "tcp"},
        "secrets": [{"name": "password", "value": Param("redisPassword")}],
    }
    container: dict[str, Value] = {
        "name": "redis",
        "image": settings.deploy.redis_image,
        "command": ["sh", "-c", REDIS_COMMAND],
        "env": [{"name": "REDIS_PASSWORD", "secretRef": "password"}],
        "resources": {"cpu": 0.25, "memory": "0.5Gi"},
    }
    template: dict[str, Value] = {"containers": [container], "scale": {"minReplicas": 1, "maxReplicas": 1}}
    return Resource(
        "redis",
        "Microsoft.App/containerApps",
        APP_API,
        f"{app_name(settings)}-redis",
        {
            "location": Param("location"),
            "properties": {
                "environmentId": Told("environment"),
                "workloadProfileName": "Consumption",
                "configuration": configuration,
                "template": template,
            },
        },
    )


def _notes(settings: Settings) -> Iterator[str]:
    if settings.acs.endpoint and not settings.acs.connection_string:
        yield (
            f"the identity {app_name(settings)}-identity needs a role on the Communication Services resource "
            f"{settings.acs.endpoint}; which one is least is documented nowhere, Contributor is enough"
        )
