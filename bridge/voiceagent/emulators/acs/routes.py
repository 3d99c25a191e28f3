"""Call Automation's HTTP side: who may ask, what was asked, which operation does it, and how its answer goes out.

Each request is read whole, its signature checked, repeated requests answered from memory, and then the operation runs to its
end without waiting, so that no two requests ever interleave.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs import errors
from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.acs.operations import OPERATIONS, Asked, Operation
from voiceagent.emulators.acs.repeats import Answer, Repeats
from voiceagent.emulators.acs.tokens import CONFIGURATION_PATH, KEYS_PATH
from voiceagent.errors import RemoteProtocolError
from voiceagent.protocol.auth import verify_request

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from voiceagent.emulators.acs.network import Network

API_VERSIONS = frozenset(("2023-03-06", "2023-10-15", "2024-04-15", "2024-09-15", "2025-05-15", "2025-06-15", "2026-03-12"))
LONGEST_BODY = 1_000_000


def calling_routes(network: Network) -> list[Route]:
    """All routes under `/calling`."""
    from starlette.routing import Route

    repeats = Repeats()
    routes = [Route(path, _endpoint(network, repeats, operation), methods=[method]) for method, path, operation in OPERATIONS]

    async def keys(_: Request) -> Response:
        return _json(200, network.signer.jwks())

    async def configuration(_: Request) -> Response:
        return _json(200, network.signer.configuration())

    return [*routes, Route(KEYS_PATH, keys), Route(CONFIGURATION_PATH, configuration)]


def _endpoint(network: Network, repeats: Repeats, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        try:
            body = await request.body()
            verify(network, request, body)
            answer = _once(network, repeats, operation, request, body)
        except Refusal as refusal:
            answer = Answer(refusal.status, refusal.body())
        return _respond(network, answer)

    return respond


def verify(network: Network, request: Request, body: bytes, *, host: str = "") -> None:
    """Check the signature; a Refusal with 401 tells what is wrong with it. Any Entra token is taken.

    `host` is the one that was signed, when it is not the one that was asked.
    """
    if len(body) > LONGEST_BODY:
        raise Refusal(413, "RequestTooLarge", "The request body is too large.")
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return
    query = request.scope["query_string"].decode("latin-1")
    target = request.scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
    try:
        verify_request(
            request.method,
            target,
            headers={**request.headers, **({"x-ms-host": host} if host else {})},
            body=body,
            access_key=network.key,
            now=network.wall(),
            skew_seconds=network.options.clock_skew_seconds,
        )
    except RemoteProtocolError as error:
        raise errors.unauthorized(str(error)) from error


def _once(network: Network, repeats: Repeats, operation: Operation, request: Request, body: bytes) -> Answer:
    _look_at_version(network, request)
    request_id = request.headers.get("repeatability-request-id")
    place = f"{request.method} {request.url.path}"
    if (first := repeats.recall(request_id, place)) is not None:
        return first
    asked = Asked(network.exchange, network.options, request.path_params, _object(body), network.now())
    done = operation(asked)
    network.carry_out(done.call)
    repeats.remember(request_id, place, done.answer)
    return done.answer


def _object(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:  # RecursionError: a body of ten thousand opening brackets
        raise errors.invalid("Body") from error
    if not isinstance(found, dict):
        raise errors.invalid("Body")
    return found


def _look_at_version(network: Network, request: Request) -> None:
    version = request.query_params.get("api-version", "")
    # unverified: unknown-versions
    if version not in API_VERSIONS:
        network.warn(f"A client uses the api-version {version!r}, which this emulator does not know.")


def _respond(network: Network, answer: Answer) -> Response:
    headers = {"x-ms-request-id": network.request_ids.guid()}
    if answer.body is None:
        from starlette.responses import Response

        return Response(status_code=answer.status, headers=headers)
    return _json(answer.status, answer.body, headers)


def _json(status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse(body, status_code=status, headers=headers)
