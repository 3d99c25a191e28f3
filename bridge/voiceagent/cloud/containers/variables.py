"""What a deployed bridge finds in its environment: the settings that do not travel with the project, and its secrets.

The project's own file is in the image. Everything that comes from the environment, `.env` or the user's file is on the
developer's machine only, so it is handed over here: what is secret through the Key Vault, the rest in the open.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from voiceagent.cloud.containers.names import app_name
from voiceagent.config.names import Key, keys
from voiceagent.discreet import Secret
from voiceagent.errors import UserError

if TYPE_CHECKING:
    from voiceagent.config.load import Loaded
    from voiceagent.config.schema import Settings

PORT = 8080
DATA = "/data"
"""The one folder of the image that may be written to, beside /tmp."""

LEAVING_SECONDS = 20
"""Of the grace: what goodbyes, hang-ups and reports may take once the calls were given all the rest of it."""

_STAYS_HERE = ("cloud.", "deploy.", "tunnel.")
_DECIDED_HERE = {
    *("bridge.host", "bridge.port", "bridge.public_url", "bridge.public_host", "bridge.tunnel", "bridge.token_secret"),
    *("bridge.drain_seconds", "limits.max_calls", "capture.directory", "log.format", "acs.emulator_url"),
    *("shared.redis_url", "shared.address"),
}


@dataclass(frozen=True, slots=True)
class Variables:
    """By environment name."""

    plain: dict[str, str]
    secrets: dict[str, Secret] = field(repr=False)


def variables(loaded: Loaded) -> Variables:
    """The environment of the deployed bridge. UserError when something it cannot do without is missing here."""
    plain = _decided(loaded.settings)
    secrets: dict[str, Secret] = {}
    for key in keys().values():
        if key.name.startswith(_STAYS_HERE) or key.name in _DECIDED_HERE:
            continue
        value = _value(loaded.settings, key)
        if key.secret:
            secrets |= {key.env[-1]: Secret(str.__str__(value))} if value else {}
        elif loaded.origin(key.name).kind in ("flag", "environment", "dotenv", "user"):
            plain[key.env[-1]] = value if isinstance(value, str) else json.dumps(value, default=_plainly)
    secrets |= loaded.settings.tools.references
    secrets |= {name: Secret(_named(loaded, name)) for name in loaded.settings.deploy.secrets}
    secrets["VOICEAGENT_BRIDGE_TOKEN_SECRET"] = token_secret(loaded.settings)
    if url := redis_url(loaded.settings):
        secrets["VOICEAGENT_SHARED_REDIS_URL"] = url
    return Variables({**plain, **loaded.settings.deploy.variables}, dict(sorted(secrets.items())))


def token_secret(settings: Settings) -> Secret:
    """What the addresses of calls are signed with: the same in every replica, and after every deployment."""
    given = settings.bridge.token_secret
    return Secret(str.__str__(given)) if given else _derived(settings, "token")


def redis_password(settings: Settings) -> Secret:
    """Of the Redis beside the bridge."""
    return _derived(settings, "redis")


def own_redis(settings: Settings) -> bool:
    """Whether a Redis is needed and none is named."""
    return settings.deploy.max_replicas > 1 and not settings.shared.redis_url


def redis_url(settings: Settings) -> Secret | None:
    """Where the replicas meet; None when there is only one."""
    if settings.shared.redis_url:
        return Secret(str.__str__(settings.shared.redis_url))
    if not own_redis(settings):
        return None
    return Secret(f"redis://:{redis_password(settings).shown}@{app_name(settings)}-redis:6379/0")


def _decided(settings: Settings) -> dict[str, str]:
    deploy = settings.deploy
    return {
        "VOICEAGENT_BRIDGE_HOST": "0.0.0.0",  # noqa: S104 - in a container, behind an ingress
        "VOICEAGENT_BRIDGE_PORT": str(PORT),
        "VOICEAGENT_BRIDGE_TUNNEL": "none",
        "VOICEAGENT_BRIDGE_DRAIN_SECONDS": str(max(0, deploy.grace_seconds - LEAVING_SECONDS)),
        "VOICEAGENT_LIMITS_MAX_CALLS": str(deploy.calls_per_replica),
        "VOICEAGENT_CAPTURE_DIRECTORY": f"{DATA}/captures",
        "VOICEAGENT_LOG_FORMAT": "json",
    }


def _derived(settings: Settings, purpose: str) -> Secret:
    """A secret that needs no place to be kept: made of one that is kept already."""
    root = str.__str__(settings.acs.event_secret) or str.__str__(settings.acs.connection_string)
    root = root or str.__str__(settings.twilio.auth_token)
    if not root:
        raise UserError(
            "acs.event_secret is empty, and a deployed bridge signs with it and is announced calls with it",
            remedy="set VOICEAGENT_EVENT_SECRET to something long that nobody guesses",
        )
    return Secret(hmac.new(root.encode(), f"{app_name(settings)} {purpose}".encode(), "sha256").hexdigest())


def _named(loaded: Loaded, name: str) -> str:
    if value := loaded.environment.get(name):
        return value
    raise UserError(f"deploy.secrets names {name}, which is not set here", remedy=f"set {name} in the environment or in .env")


def _value(settings: Settings, key: Key) -> Any:
    found: Any = settings
    for part in key.name.split("."):
        found = getattr(found, part)
    return found


def _plainly(value: Any) -> Any:
    return value.model_dump(mode="json")
