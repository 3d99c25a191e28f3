"""Which requests change something in Azure, and how they are shown: exactly as they are sent, without what is secret in them.

A `Tap` stands behind whatever repeats or adds requests in every client, so that nothing that changes Azure passes unseen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

HIDDEN = "(hidden)"

_ONLY_READS = re.compile(r"/(listKeys|getFullUrl|getDeliveryAttributes|:browse)$", re.IGNORECASE)
"""POST requests that change nothing."""
_OPEN_IN_PATH = re.compile(r"\(([a-z_]+\.[a-z_]+)\)")


@dataclass(frozen=True, slots=True)
class Request:
    """A request that changes something. `path` is without host and with its query; `body` None when there is none."""

    method: str
    path: str
    body: Any = field(default=None, repr=False)

    def facts(self) -> dict[str, Any]:
        """As `plan --json` and `--dry-run` print it."""
        return {"method": self.method, "path": self.path, "body": discreet(self.body)}


class Watch(Protocol):
    """Whoever wants to know before and after each changing request. Raising in `before` keeps it from being sent."""

    def before(self, request: Request) -> None: ...

    def after(self, request: Request, status: int, headers: Mapping[str, str]) -> None: ...


class Tap:
    """A policy of Azure's pipelines. Not a subclass of theirs: importing this module must not import the SDK."""

    next: Any

    def __init__(self, line: Line) -> None:
        self._line = line

    async def send(self, request: Any) -> Any:
        """Show what changes something, and what came of it; all else passes unseen."""
        sent = request.http_request
        watch = self._line.watch
        if watch is None or not changes(sent.method, sent.url):
            return await self.next.send(request)
        shown = Request(sent.method.upper(), path_of(sent.url), body_of(sent))
        watch.before(shown)
        response = await self.next.send(request)
        watch.after(shown, response.http_response.status_code, response.http_response.headers)
        return response


class OverHttp:
    """Lets a token go to an emulator on this machine, which has no TLS. `open_azure` takes no other address without it."""

    next: Any

    async def send(self, request: Any) -> Any:
        """An emulator without TLS gets the token, too."""
        if urlsplit(request.http_request.url).scheme == "http":
            request.context["enforce_https"] = False
        return await self.next.send(request)


@dataclass(slots=True)
class Line:
    """What all clients of one `Azure` have in common: who watches at the moment."""

    watch: Watch | None = None


def changes(method: str, url: str) -> bool:
    """Whether a request may leave Azure different from before. A search counts: it uses up one of five a week."""
    verb = method.upper()
    return verb in ("PUT", "PATCH", "DELETE") or (verb == "POST" and not _ONLY_READS.search(urlsplit(url).path))


def path_of(url: str) -> str:
    """Path and query. An open place stands in parentheses there, for the clients take braces for their own."""
    parts = urlsplit(url)
    path = _OPEN_IN_PATH.sub(r"{\1}", parts.path)
    return f"{path}?{parts.query}" if parts.query else path


def body_of(sent: Any) -> Any:
    """The body of a request of the SDK, read as the JSON it is."""
    content = getattr(sent, "content", None)
    if content is None:
        content = getattr(sent, "body", None)
    if content is None or content in (b"", ""):
        return None
    try:
        return json.loads(content)
    except (TypeError, ValueError):
        return None


def discreet(body: Any) -> Any:
    """The same without secrets: values of secret delivery headers, and the queries of addresses that are delivered to."""
    if isinstance(body, Mapping):
        hidden = body.get("isSecret") is True
        return {
            name: HIDDEN
            if hidden and name == "value"
            else _without_query(value)
            if name == "endpointUrl" and isinstance(value, str)
            else discreet(value)
            for name, value in body.items()
        }
    return [discreet(one) for one in body] if isinstance(body, list) else body


def _without_query(url: str) -> str:
    address, mark, _ = url.partition("?")
    return f"{address}?{HIDDEN}" if mark else address
