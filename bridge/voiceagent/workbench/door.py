"""Who may use the private side: this machine's user, and no web page that somebody else wrote.

The listener is bound to 127.0.0.1, but a browser on this machine runs strangers' pages: a rebound name shows in `Host`, another
page in `Origin`, a proxy in `X-Forwarded-…`. All three are refused, and the interface wants the token as well.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping

OWN_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


def refusal(headers: Mapping[str, str]) -> str | None:
    """Why a request is not from here; None: it is. Header names in lower case."""
    if _name(headers.get("host", "")) not in OWN_NAMES:
        return "this listener answers to 127.0.0.1 only"
    if any(name.startswith("x-forwarded-") or name == "forwarded" for name in headers):
        return "this listener is not for proxies"
    origin = headers.get("origin")
    if origin is not None and origin.partition("://")[2] != headers.get("host", ""):
        return "this listener answers no other page"
    return None


def _name(host: str) -> str:
    """The name without its port; an IPv6 address keeps its brackets."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() else host


def holds_token(headers: Mapping[str, str], cookies: Mapping[str, str], token: str) -> bool:
    """The bearer token, from a program's header or the page's cookie."""
    scheme, _, given = headers.get("authorization", "").partition(" ")
    offered = given.strip() if scheme.lower() == "bearer" else cookies.get("voiceagent", "")
    return hmac.compare_digest(offered.encode(), token.encode())
