"""The services that the settings name, and their addresses. Pure."""

from __future__ import annotations

from voiceagent.config.schema import Settings
from voiceagent.control.acs_account import AcsAddress, parse_connection_string
from voiceagent.discreet import Secret
from voiceagent.errors import UserError


def acs_address(settings: Settings) -> AcsAddress | None:
    """The Communication Services resource; None when there is none. UserError for a connection string that is none."""
    if settings.acs.connection_string:
        return parse_connection_string(str.__str__(settings.acs.connection_string))
    return AcsAddress(settings.acs.endpoint.rstrip("/"), Secret("")) if settings.acs.endpoint else None


def engine_url(settings: Settings) -> str:
    """Where the engine is, as https or http; "" when it is on this machine or nowhere."""
    from voiceagent.engines.catalog import connection_of, endpoint_of

    if settings.engine.kind in ("embedded", "pipeline") or not endpoint_of(settings):
        return ""
    return connection_of(settings).url.replace("ws", "http", 1)


def endpoints(settings: Settings) -> list[str]:
    """Every service beyond this process."""
    try:
        acs = acs_address(settings)
    except UserError:
        acs = None  # its own check tells
    return [url for url in ("" if acs is None else acs.endpoint, engine_url(settings)) if url]
