"""Addresses that the Resource Manager's answers name: where builds are uploaded, logs are read and apps are reached."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.arm import errors

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from voiceagent.emulators.arm.containers import Containers

LARGEST_UPLOAD = 200_000_000


def container_routes(containers: Containers) -> list[Any]:
    """The routes, to be put before the one that takes everything."""
    from starlette.responses import JSONResponse, PlainTextResponse, Response
    from starlette.routing import Route

    async def upload(request: Request) -> Response:
        _must_be_signed(request)
        content = bytearray()
        async for chunk in request.stream():
            content += chunk
            if len(content) > LARGEST_UPLOAD:
                raise Refusal(413, "RequestBodyTooLarge", "The request body is too large.")
        containers.uploads[request.path_params["name"]] = bytes(content)
        return Response(status_code=201, headers={"ETag": '"1"', "Last-Modified": "Sun, 22 Nov 2026 05:00:00 GMT"})

    async def download(request: Request) -> Response:
        _must_be_signed(request)
        content = containers.uploads.get(request.path_params["name"])
        if content is None:
            raise Refusal(404, "BlobNotFound", "The specified blob does not exist.")
        told = {"ETag": '"1"', "Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}", "x-ms-blob-type": "BlockBlob"}
        return Response(content, status_code=206, headers=told)

    async def logs(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {containers.token}".encode()):
            raise errors.unauthenticated()
        name = request.path_params["name"]
        return PlainTextResponse(f'{{"level":"info","message":"ready for calls","replica":"{name}"}}\n')

    async def ready(request: Request) -> Response:
        status, told = containers.ready(request.path_params["host"])
        return JSONResponse(told, status_code=status)

    return [
        Route("/builds/{name:path}", upload, methods=["PUT"]),
        Route("/builds/{name:path}", download, methods=["GET"]),
        Route("/logs/{name}", logs, methods=["GET"]),
        Route("/ingress/{host}/readyz", ready, methods=["GET"]),
    ]


def _must_be_signed(request: Request) -> None:
    if request.query_params.get("sig") != "emulated":
        raise Refusal(403, "AuthenticationFailed", "The signature of the address is missing.")
