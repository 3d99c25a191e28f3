"""Who signs the tokens with which Event Grid proves itself to a webhook that Microsoft Entra protects."""

from __future__ import annotations

from voiceagent.config.schema import Settings
from voiceagent.runtime.clock import MonotonicClock
from voiceagent.server.tokens import AcsTokens, fetch_json


def event_tokens(settings: Settings) -> AcsTokens | None:
    """Checks the `Authorization` header of deliveries; None when none is asked for.

    Tokens of both of Entra's versions are taken: which one is sent is a setting of the app, not ours. Who asked for the token
    counts as well: other apps and identities of the tenant can have one for our app, too.
    """
    grid = settings.cloud.event_grid
    if not grid.entra_app_id:
        return None
    authority = grid.entra_authority.rstrip("/")
    authority = authority if "://" in authority else f"https://{authority}"
    tenant = f"{authority}/{grid.entra_tenant_id}"
    return AcsTokens(
        issuer=[f"{tenant}/v2.0", f"https://sts.windows.net/{grid.entra_tenant_id}/"],
        audience=grid.entra_app_id,
        sender=grid.entra_sender_app_id,
        fetch_keys=fetch_json(f"{tenant}/discovery/v2.0/keys"),
        clock=MonotonicClock(),
    )
