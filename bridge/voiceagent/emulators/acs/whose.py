"""Which call a request of an app is about: by the ids in its path, or by those in its body. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.exchange import Exchange
from voiceagent.emulators.acs.state import Call

_IDS = re.compile(r"/(?:calling/(callConnections|recordings)|v1/(objects))/([^/:]+)")


def call_of(exchange: Exchange, path: str, body: bytes) -> str:
    """The call's id at the emulator; "" when the request is about none that there is."""
    try:
        call = _by_path(exchange, path) or _by_body(exchange, body)
    except Refusal:
        return ""
    return "" if call is None else call.call_id


def _by_path(exchange: Exchange, path: str) -> Call | None:
    found = _IDS.match(path)
    if found is None:
        return None
    match found[1] or found[2]:
        case "callConnections":
            return exchange.by_connection(found[3])
        case "recordings":
            return exchange.by_recording(found[3])[0]
    return exchange.by_document(found[3])[0]


def _by_body(exchange: Exchange, body: bytes) -> Call | None:
    told = _object(body)
    if context := told.get("incomingCallContext"):
        return exchange.by_context(str(context))
    if connection := told.get("callConnectionId"):
        return exchange.by_connection(str(connection))
    locator = told.get("callLocator")
    server_call = locator.get("serverCallId") if isinstance(locator, Mapping) else None
    return next((one for one in reversed(exchange.calls.values()) if server_call and one.server_call_id == server_call), None)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
