"""The Redis that the replicas of a bridge share, when the settings name one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from voiceagent.doctor.finding import Cause, Found, fine, skipped
from voiceagent.doctor.surroundings import Surroundings, reason

PATIENCE_SECONDS = 5.0

UNREACHABLE = Cause(
    "redis_unreachable",
    "failed",
    "Redis at {host} cannot be reached: {why}",
    "check VOICEAGENT_REDIS_URL ({place}) and the network, or leave it empty where there is one process",
)
REFUSED = Cause(
    "redis_refused",
    "failed",
    "Redis at {host} does not let us in: {why}",
    "check the user and the password in VOICEAGENT_REDIS_URL ({place})",
)
ONE_SECRET = Cause(
    "token_secret_missing",
    "failed",
    "bridge.token_secret is empty, so the replicas that share Redis could not read each other's addresses",
    "set VOICEAGENT_TOKEN_SECRET to the same long random text for all of them",
)


async def redis(around: Surroundings) -> Found:
    """Whether it answers, and whether the replicas can share more than that."""
    url = str.__str__(around.settings.shared.redis_url)
    if not url:
        return skipped("the bridge is the only process: shared.redis_url is empty")
    if not around.settings.bridge.token_secret:
        return ONE_SECRET.found()
    from redis.asyncio import Redis
    from redis.exceptions import AuthenticationError, AuthorizationError, RedisError

    parts = urlsplit(url)
    facts = {"host": f"{parts.hostname}:{parts.port or 6379}", "place": around.place("shared.redis_url")}
    table: Any = Redis.from_url(url, protocol=2, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS)
    try:
        async with table:
            await table.ping()
    except (AuthenticationError, AuthorizationError) as error:
        return REFUSED.found(**facts, why=type(error).__name__)
    except (RedisError, OSError) as error:
        return UNREACHABLE.found(**facts, why=reason(error))
    return fine(f"{facts['host']} answers")
