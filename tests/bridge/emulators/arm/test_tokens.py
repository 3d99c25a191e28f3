"""Tokens to ask with."""

from __future__ import annotations

import httpx
import jwt
from starlette.applications import Starlette

from voiceagent.emulators.arm.tokens import token_routes

KEY = "a key of thirty-two bytes or more"


def a_client() -> httpx.AsyncClient:
    routes = token_routes(wall=lambda: 1_000.0, key=KEY, identity_header="h", issuer=lambda: "http://arm")
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=list(routes))), base_url="http://arm")


async def test_a_managed_identity_needs_its_header() -> None:
    async with a_client() as http:
        query = "/msi/token?api-version=2019-08-01&resource=https://management.azure.com"
        assert (await http.get(query)).status_code == 401
        body = (await http.get(query, headers={"X-IDENTITY-HEADER": "h"})).json()
    claims = jwt.decode(
        body["access_token"], KEY, ["HS256"], audience="https://management.azure.com", options={"verify_exp": False}
    )
    assert (claims["exp"], body["expires_on"], body["token_type"]) == (4_600, "4600", "Bearer")


async def test_a_client_with_a_secret_asks_with_a_scope() -> None:
    async with a_client() as http:
        form = {"grant_type": "client_credentials", "scope": "https://management.azure.com/.default"}
        assert (await http.post("/tenant/oauth2/v2.0/token", data=form)).json()["expires_in"] == 3_600
        assert (await http.post("/tenant/oauth2/v2.0/token", data={"grant_type": "password"})).status_code == 400


async def test_an_authority_tells_where_its_tokens_are() -> None:
    async with a_client() as http:
        for version in ("", "/v2.0"):
            told = (await http.get(f"/adfs{version}/.well-known/openid-configuration")).json()
            assert told["token_endpoint"] == "http://arm/adfs/oauth2/v2.0/token"
            assert told["issuer"] == "http://arm/adfs"
