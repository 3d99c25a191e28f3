"""Tokens to ask the emulated Resource Manager with, from the two places Azure's identity library takes them from.

A managed identity asks `GET /msi/token` (App Service's `IDENTITY_ENDPOINT`, which the library asks over plain http), everybody
else the address that `/{tenant}/…/.well-known/openid-configuration` names. With the tenant `adfs` the libraries ask nobody else
beforehand; of any other tenant they ask login.microsoftonline.com first whether the authority is one. Any bearer token is
accepted afterwards: who may do what is not emulated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from voiceagent.emulators.acs.errors import Refusal
from voiceagent.emulators.arm.errors import unauthenticated

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

LIFE_SECONDS = 3_600
MSI_PATH = "/msi/token"
CONFIGURATION = "/.well-known/openid-configuration"
OFFLINE_TENANT = "adfs"
"""The one tenant of an authority that the identity libraries believe without asking Microsoft's."""


def token_for(audience: str, *, now: float, key: str, issuer: str) -> str:
    """An access token that looks like one of Entra's."""
    import jwt

    claims = {
        "aud": audience,
        "iss": issuer,
        "iat": int(now),
        "nbf": int(now),
        "exp": int(now) + LIFE_SECONDS,
        "oid": "emulated",
    }
    return jwt.encode(claims, key, algorithm="HS256")


def must_be_signed_in(request: Request) -> None:
    """A Refusal with 401 when the request carries no bearer token."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthenticated()


def token_routes(*, wall: Callable[[], float], key: str, identity_header: str, issuer: Callable[[], str]) -> list[Route]:
    """Where tokens are had: by a managed identity, which shows `identity_header`, and by everybody else.

    `wall` is Unix time in seconds, `key` what tokens are signed with, `issuer` their `iss`: known when the port is.
    """
    from starlette.routing import Route

    desk = _TokenDesk(wall, key, identity_header, issuer)
    return [
        Route(MSI_PATH, desk.managed, methods=["GET"]),
        *(Route(f"/{{tenant}}{version}{CONFIGURATION}", described, methods=["GET"]) for version in ("", "/v2.0")),
        Route("/{tenant}/oauth2/v2.0/token", desk.issued, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _TokenDesk:
    wall: Callable[[], float]
    key: str
    identity_header: str
    issuer: Callable[[], str]

    async def managed(self, request: Request) -> JSONResponse:
        """What a managed identity asks."""
        from starlette.responses import JSONResponse

        if request.headers.get("x-identity-header") != self.identity_header:
            return JSONResponse(Refusal(401, "Unauthorized", "X-IDENTITY-HEADER is not the one of this identity.").body(), 401)
        resource = request.query_params.get("resource", "")
        body = self._token(resource)
        return JSONResponse({**body, "resource": resource, "expires_on": str(body["expires_on"])})

    async def issued(self, request: Request) -> JSONResponse:
        """What an app with a secret or a certificate asks; neither is looked at."""
        from starlette.responses import JSONResponse

        form = parse_qs((await request.body()).decode("utf-8", "replace"))
        scope = form.get("scope", [""])[0]
        if form.get("grant_type") != ["client_credentials"] or not scope:
            return JSONResponse({"error": "invalid_request", "error_description": "client_credentials with a scope"}, 400)
        return JSONResponse(self._token(scope.removesuffix("/.default")))

    def _token(self, audience: str) -> dict[str, Any]:
        now = self.wall()
        return {
            "token_type": "Bearer",
            "access_token": token_for(audience, now=now, key=self.key, issuer=self.issuer()),
            "expires_in": LIFE_SECONDS,
            "expires_on": int(now) + LIFE_SECONDS,
        }


async def described(request: Request) -> JSONResponse:
    """Where tokens are, at the address under which it was asked: the authority's certificate has to fit."""
    from starlette.responses import JSONResponse

    base = f"{request.url.scheme}://{request.url.netloc}/{request.path_params['tenant']}"
    return JSONResponse(
        {
            "issuer": base,
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "grant_types_supported": ["client_credentials"],
        }
    )
