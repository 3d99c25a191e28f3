"""Direct routing's configuration of the same resource: SIP trunks by their host name, and the routes that use them.

One document at `/sip`, read whole and changed by a merge patch: a trunk that is null goes, routes are replaced as a list. No
call is routed by it; it is kept for whoever configures it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.numbers import requests
from voiceagent.emulators.numbers.errors import invalid

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

MOST_TRUNKS, MOST_ROUTES = 250, 250
"""Not documented; a bound of our own."""

_NAME = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+")


class SipRouting:
    """Trunks and routes. A patch is taken whole or refused whole."""

    def __init__(self) -> None:
        self.trunks: dict[str, dict[str, int]] = {}
        self.routes: list[dict[str, Any]] = []

    def show(self) -> dict[str, Any]:
        """All trunks and routes, as the service tells them."""
        return {"trunks": self.trunks, "routes": self.routes}

    def patch(self, body: Mapping[str, Any]) -> None:
        """Merge: a trunk that is null goes, a list of routes replaces the old one. A Refusal changes nothing."""
        trunks = dict(self.trunks)
        for name, trunk in _object(body.get("trunks"), "trunks").items():
            if trunk is None:
                trunks.pop(name, None)
            else:
                trunks[name] = _trunk(name, trunk)
        routes = self.routes if body.get("routes") is None else [_route(one) for one in _list(body["routes"], "routes")]
        if len(trunks) > MOST_TRUNKS or len(routes) > MOST_ROUTES:
            raise invalid(f"There may be {MOST_TRUNKS} trunks and {MOST_ROUTES} routes.")
        for route in routes:
            if missing := [name for name in route["trunks"] if name not in trunks]:
                raise Refusal(
                    422, "UnprocessableConfiguration", f"The route {route['name']} uses the unknown trunk {missing[0]}."
                )
        self.trunks, self.routes = trunks, routes


def sip_routes(routing: SipRouting, verify: Callable[[Request, bytes], None]) -> list[Route]:
    """The addresses of direct routing; `verify` refuses a request that is not signed."""
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    def endpoint(change: Callable[[bytes], None]) -> Callable[[Request], Awaitable[Response]]:
        async def respond(request: Request) -> Response:
            try:
                content = await request.body()
                verify(request, content)
                change(content)
            except Refusal as refusal:
                return JSONResponse(refusal.body(), refusal.status, {"x-ms-error-code": refusal.code})
            return JSONResponse(routing.show())

        return respond

    return [
        Route("/sip", endpoint(lambda _: None), methods=["GET"]),
        Route("/sip", endpoint(lambda content: routing.patch(requests.read_body(content))), methods=["PATCH"]),
    ]


def _trunk(name: str, trunk: Any) -> dict[str, int]:
    port = _object(trunk, f"trunks.{name}").get("sipSignalingPort")
    if not _NAME.fullmatch(name):
        raise invalid(f"{name!r} is not a fully qualified domain name.")
    if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65_536:
        raise invalid(f"trunks.{name}.sipSignalingPort must be a port.")
    return {"sipSignalingPort": port}


def _route(route: Any) -> dict[str, Any]:
    given = _object(route, "routes")
    name, pattern, trunks = given.get("name"), given.get("numberPattern"), _list(given.get("trunks") or [], "trunks")
    if not isinstance(name, str) or not name or not isinstance(pattern, str) or not all(isinstance(one, str) for one in trunks):
        raise invalid("A route needs a name, a numberPattern and the names of its trunks.")
    try:
        re.compile(pattern)
    except re.error as error:
        raise invalid(f"The numberPattern of {name} is not a regular expression.") from error
    described = {"description": given["description"]} if isinstance(given.get("description"), str) else {}
    return {**described, "name": name, "numberPattern": pattern, "trunks": list(trunks)}


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if value is not None and not isinstance(value, Mapping):
        raise invalid(f"{name} must be an object.")
    return value or {}


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise invalid(f"{name} must be a list.")
    return value
