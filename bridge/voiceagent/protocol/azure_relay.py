"""Azure Relay Hybrid Connections: the addresses, the tokens, and the messages of the channel between the relay and a listener.

Written from the public protocol guide. The listener holds one control channel. Small requests come over it as text, followed by
a binary message with the body; larger ones, and every WebSocket, come as an address that the listener has to dial.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlencode, urlsplit

from voiceagent.errors import RemoteProtocolError

CONTROL_LIMIT = 65536
"""Bytes of a body on the control channel; what is larger is answered over an address of its own."""
PRIVATE = "sb-hc-"
"""Parameters that belong to the relay begin so; an application never sees them."""


@dataclass(frozen=True, slots=True)
class RelayPlace:
    """A hybrid connection and the key to it. `development`: an emulator on this machine, without TLS."""

    host: str
    path: str
    key_name: str
    key: str = field(repr=False)
    development: bool = False

    @property
    def url(self) -> str:
        """Where it is requested."""
        return f"{'http' if self.development else 'https'}://{self.host}/{quote(self.path)}"

    @property
    def sockets(self) -> str:
        """Where WebSockets to it are opened: everything behind `{path}` is the relay's."""
        return f"{self._wss}/$hc/{quote(self.path)}{{path}}?sb-hc-action=connect"

    def listen_url(self, token: str) -> str:
        """Where a listener opens its control channel."""
        return f"{self._wss}/$hc/{quote(self.path)}?{urlencode({'sb-hc-action': 'listen', 'sb-hc-token': token})}"

    @property
    def _wss(self) -> str:
        return f"{'ws' if self.development else 'wss'}://{self.host}"


def read_connection_string(text: str, path: str = "") -> RelayPlace:
    """`Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…[;EntityPath=…]`. ValueError names what is missing."""
    parts = dict(part.split("=", 1) for part in text.strip().strip('"').split(";") if "=" in part)
    named = {name.strip().lower(): value.strip() for name, value in parts.items()}
    host = urlsplit(named.get("endpoint", "")).netloc
    found = {
        "Endpoint": host,
        "SharedAccessKeyName": named.get("sharedaccesskeyname", ""),
        "SharedAccessKey": named.get("sharedaccesskey", ""),
        "EntityPath": named.get("entitypath", "") or path,
    }
    for name, value in found.items():
        if not value:
            raise ValueError(name)
    return RelayPlace(
        host,
        found["EntityPath"].strip("/"),
        found["SharedAccessKeyName"],
        found["SharedAccessKey"],
        named.get("usedevelopmentemulator", "").lower() == "true",
    )


# --- tokens


def make_token(place: RelayPlace, expires: int) -> str:
    """A shared access signature for the hybrid connection, until that second since 1970."""
    resource = quote_plus(f"http://{place.host}/{place.path}".lower())
    signature = _sign(place.key, f"{resource}\n{expires}")
    return f"SharedAccessSignature sr={resource}&sig={quote_plus(signature)}&se={expires}&skn={quote_plus(place.key_name)}"


def check_token(token: str, place: RelayPlace, now: float) -> None:
    """RemoteProtocolError unless the token is one for that place and holds."""
    fields = dict(parse_qsl(token.removeprefix("SharedAccessSignature ")))
    resource, expires = fields.get("sr", ""), fields.get("se", "")
    expected = _sign(place.key, f"{quote_plus(resource)}\n{expires}")
    if not hmac.compare_digest(fields.get("sig", ""), expected) or fields.get("skn") != place.key_name:
        raise RemoteProtocolError("the token is not signed with the key of this hybrid connection")
    if not f"http://{place.host}/{place.path}".lower().startswith(resource.lower()):
        raise RemoteProtocolError(f"the token is for {resource}")
    if not re.fullmatch("[0-9]{1,18}", expires) or int(expires) <= now:
        raise RemoteProtocolError("the token has expired")


def _sign(key: str, text: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


# --- messages


@dataclass(frozen=True, slots=True)
class Accept:
    """Somebody wants a WebSocket: dial `address`. `target` is the path and query that the application sees."""

    address: str = field(repr=False)
    id: str
    headers: Mapping[str, str] = field(repr=False)
    path: str = ""

    def target(self, place_path: str) -> str:
        """What the sender asked for below the hybrid connection, without the relay's own parameters."""
        split = urlsplit(self.address)
        below = unquote(split.path).removeprefix("/$hc/").removeprefix(place_path)
        return _without_private(quote(below or "/", safe="/%.~-_:@!$&'()*+,;="), split.query)


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. Without `method` it is too large for the control channel: dial `address` to get it."""

    address: str = field(repr=False)
    id: str
    method: str = ""
    request_target: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bool = False

    def target(self, place_path: str) -> str:
        """What the sender asked for below the hybrid connection."""
        path, _, query = self.request_target.partition("?")
        below = path.removeprefix(f"/{quote(place_path)}")
        return _without_private(below or "/", query)


def read_message(text: str | bytes) -> Accept | Request | None:
    """A text message of the control channel; None for a kind that is not known. RemoteProtocolError for what is malformed."""
    try:
        told = json.loads(text)
        if accept := told.get("accept"):
            return Accept(str(accept["address"]), str(accept.get("id", "")), _texts(accept.get("connectHeaders")))
        if request := told.get("request"):
            return Request(
                str(request.get("address", "")),
                str(request.get("id", "")),
                str(request.get("method", "")),
                str(request.get("requestTarget", "")),
                _texts(request.get("requestHeaders")),
                bool(request.get("body")),
            )
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise RemoteProtocolError(f"a message of the relay is malformed: {type(error).__name__}") from error
    return None


def _texts(headers: Any) -> dict[str, str]:
    return {str(name): str(value) for name, value in (headers or {}).items()}


def response_message(request_id: str, status: int, headers: Mapping[str, str], *, body: bool) -> str:
    """The text before the body of an answer."""
    kept = {name: value for name, value in headers.items() if name.lower() not in FRAMING}
    told = {"requestId": request_id, "statusCode": str(status), "responseHeaders": kept, "body": body}
    return json.dumps({"response": told})


def renew_message(token: str) -> str:
    """Sent before the old token expires."""
    return json.dumps({"renewToken": {"token": token}})


def refusing_url(address: str, status: int, reason: str) -> str:
    """What is dialled to refuse a WebSocket; the handshake then fails with 410, as it should."""
    told = urlencode({"sb-hc-statusCode": status, "sb-hc-statusDescription": reason})
    return f"{address}{'&' if '?' in address else '?'}{told}"


FRAMING = frozenset(
    {"connection", "content-length", "host", "te", "trailer", "transfer-encoding", "upgrade", "close", "keep-alive"}
)
"""Headers of RFC 7230 that the relay makes itself."""


def _without_private(path: str, query: str) -> str:
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not name.startswith(PRIVATE)]
    return path + (f"?{urlencode(kept)}" if kept else "")
