"""The HTTP side of the emulated Resource Manager: who may ask, what was asked, and the emulator's own addresses beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.emulators import trouble
from voiceagent.emulators.acs.admin import TROUBLE
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.triggers import publish_event
from voiceagent.emulators.arm import errors
from voiceagent.emulators.arm.container_routes import container_routes
from voiceagent.emulators.arm.desk import Desk
from voiceagent.emulators.arm.paths import find
from voiceagent.emulators.arm.tokens import must_be_signed_in, token_routes
from voiceagent.emulators.event_grid.delivery import Conditions
from voiceagent.errors import UserError

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from voiceagent.emulators.acs.network import Network

LONGEST_BODY = 1_000_000
METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"]


def build_app(desk: Desk, *, identity_header: str) -> Starlette:
    """All routes: tokens, the emulator's own, and everything else is an address of the Resource Manager."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    network, edge = desk.network, _Edge(desk)
    tokens = token_routes(
        wall=network.wall, key=network.key, identity_header=identity_header, issuer=lambda: f"{desk.base}/emulated"
    )
    return Starlette(
        routes=[
            *tokens,
            Route("/{tenant}/discovery/v2.0/keys", edge.keys, methods=["GET"]),
            Route("/eventsubscriptions/{operation}/validate", edge.validate_by_hand, methods=["GET"]),
            Route("/emulator/event-grid", edge.event_grid, methods=["GET", "PUT"]),
            Route("/emulator/events", edge.publish, methods=["POST"]),
            *(Route(path, edge.trouble, methods=["GET", "PUT", "DELETE"]) for path in TROUBLE),
            *container_routes(desk.containers),
            Route("/{path:path}", edge.resource, methods=METHODS),
        ],
        exception_handlers={Refusal: edge.refused},
    )


class _Edge:
    """The endpoints; what they ask is the desk's to answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._network = desk.network

    async def resource(self, request: Request) -> Response:
        must_be_signed_in(request)
        if "api-version" not in request.query_params:
            raise errors.no_version()
        place = find(request.url.path)
        if place is None:
            raise errors.not_found(request.url.path)
        desk = self._desk
        reply = desk.answer(request.method, place, await _object(request))
        # Whoever came over http goes on polling over http, and under the name it knows.
        own = str(request.base_url).rstrip("/")
        return _json(reply.status, reply.body, {name: value.replace(desk.base, own) for name, value in reply.headers.items()})

    async def validate_by_hand(self, request: Request) -> Response:
        self._desk.validated_by_hand(request.path_params["operation"], request.query_params.get("id", ""))
        return _json(200, {"message": "The webhook is validated."})

    async def event_grid(self, request: Request) -> Response:
        _only_guests(self._network, request)
        if request.method == "PUT":
            change_conditions(self._network.deliveries.conditions, await _object(request))
        return _json(200, seen(self._desk))

    async def publish(self, request: Request) -> Response:
        _only_guests(self._network, request)
        event = await _object(request)
        try:
            return _json(200, publish_event(self._network, event))
        except UserError as wrong:
            raise errors.invalid(str(wrong)) from wrong

    async def trouble(self, request: Request) -> Response:
        network = self._network
        _only_guests(network, request)
        words, query = request.url.path.removeprefix("/emulator/").split("/"), dict(request.query_params)
        try:
            found = trouble.page(request.method, words, query, faults=network.faults, findings=network.findings)
        except UserError as error:
            raise errors.invalid(f"{error} {error.remedy}".strip()) from error
        if found is None:
            raise errors.not_found(request.url.path)
        return _json(*found)

    async def keys(self, _: Request) -> Response:
        """Of the tokens that Event Grid's deliveries carry."""
        return _json(200, self._network.signer.jwks())

    async def refused(self, _: Request, refusal: Exception) -> Response:
        assert isinstance(refusal, Refusal)
        issuer = f"{self._desk.base}/emulated"
        headers = {"WWW-Authenticate": f'Bearer authorization_uri="{issuer}"'} if refusal.status == 401 else {}
        return _json(refusal.status, refusal.body(), headers)


def change_conditions(conditions: Conditions, body: Mapping[str, Any]) -> None:
    """How badly Event Grid behaves from now on. A Refusal with 400 tells what is wrong, and nothing has changed."""
    known = {"scale", "duplicates", "reorder_ms", "dead_letters"}
    if unknown := sorted(set(body) - known):
        raise errors.invalid(f"Unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}.")
    for name in ("scale", "reorder_ms"):
        value = body.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise errors.invalid(f"`{name}` must be a number of at least 0.")
    if not isinstance(body.get("duplicates", False), bool) or not isinstance(body.get("dead_letters"), str | None):
        raise errors.invalid("`duplicates` must be true or false, `dead_letters` a folder or null.")
    conditions.scale = body.get("scale", conditions.scale)
    conditions.reorder_ms = body.get("reorder_ms", conditions.reorder_ms)
    conditions.duplicates = body.get("duplicates", conditions.duplicates)
    if "dead_letters" in body:
        conditions.dead_letters = Path(body["dead_letters"]) if body["dead_letters"] else None


def seen(desk: Desk) -> dict[str, Any]:
    """The conditions, who is subscribed, and the last attempts."""
    deliveries = desk.network.deliveries
    conditions = deliveries.conditions
    return {
        "scale": conditions.scale,
        "duplicates": conditions.duplicates,
        "reorder_ms": conditions.reorder_ms,
        "dead_letters": None if conditions.dead_letters is None else str(conditions.dead_letters),
        "subscriptions": [
            {"id": key, "name": one.name, "endpoint": one.endpoint, "schema": one.schema}
            for key, one in deliveries.subscriptions.items()
        ],
        "attempts": [
            {"subscription": a.subscription, "event_id": a.event_id, "type": a.type, "attempt": a.number, "status": a.status}
            for a in deliveries.attempts
        ],
    }


def _only_guests(network: Network, request: Request) -> None:
    peer = None if request.client is None else request.client.host
    if not network.reach.admits(peer, request.headers.get("host", "")):
        raise Refusal(403, "Forbidden", "The emulator's own addresses are for this machine only.")


async def _object(request: Request) -> Mapping[str, Any]:
    content = await request.body()
    if len(content) > LONGEST_BODY:
        raise Refusal(413, "RequestTooLarge", "The request body is too large.")
    try:
        found = json.loads(content or b"{}")
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "InvalidRequestContent", "The request content was invalid and could not be deserialized.") from error
    if not isinstance(found, dict):
        raise Refusal(400, "InvalidRequestContent", "The request content must be an object.")
    return found


def _json(status: int, body: Mapping[str, Any] | None, headers: Mapping[str, str] | None = None) -> Response:
    from starlette.responses import JSONResponse, Response

    if body is None:
        return Response(status_code=status, headers=dict(headers or {}))
    return JSONResponse(body, status_code=status, headers=dict(headers or {}))
