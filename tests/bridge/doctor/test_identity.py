"""Whose token it is, without showing it."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from voiceagent.config.load import load_settings
from voiceagent.doctor.identity import claims_of, identity
from voiceagent.doctor.surroundings import Surroundings

NOW = 1_800_000_000.0


def a_token(**claims: object) -> str:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'RS256'})}.{part(claims)}.canarysignature"


def around(token: str | Exception, *, left: float = 3600, unredacted: bool = False, **environ: str) -> Surroundings:
    class Credential:
        async def get_token(self, *_: str, **__: Any) -> Any:
            if isinstance(token, Exception):
                raise token
            return SimpleNamespace(token=token, expires_on=NOW + left)

        async def close(self) -> None:
            pass

    loaded = load_settings(None, environ={"AZURE_SUBSCRIPTION_ID": "s", **environ})
    return Surroundings(Path(), loaded, wall=lambda: NOW, credential=Credential, unredacted=unredacted)


PERSON = a_token(upn="ada@example.com", tid="1234-5678", idtyp="user")
APP = a_token(appid="aaaa-bbbb-cccc", tid="1234-5678", idtyp="app")
MANAGED = a_token(appid="aaaa-bbbb-cccc", xms_mirid="/subscriptions/x", tid="1234-5678")


@pytest.mark.parametrize(
    ("token", "told"),
    [(PERSON, "…da@example.com, tenant …5678"), (APP, "the app …cccc"), (MANAGED, "the managed identity …cccc")],
)
async def test_who_it_is_shows_only_an_end(token: str, told: str) -> None:
    async with around(token) as look:
        found = await identity(look)
    assert found.status == "ok"
    assert told in found.detail
    assert "canarysignature" not in found.detail


async def test_all_of_it_when_asked() -> None:
    async with around(PERSON, unredacted=True) as look:
        assert "ada@example.com, tenant 1234-5678" in (await identity(look)).detail


async def test_a_token_that_is_about_to_end() -> None:
    async with around(PERSON, left=60) as look:
        assert (await identity(look)).code == "token_expires"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("AADSTS7000222: expired", "client_secret_expired"),
        ("AADSTS7000215: invalid", "client_secret_wrong"),
        ("AADSTS700016: no such application", "tenant_wrong"),
        ("EnvironmentCredential: nothing set", "not_signed_in"),
    ],
)
async def test_why_there_is_no_token(told: str, code: str) -> None:
    async with around(RuntimeError(told), AZURE_CLIENT_ID="aaaa-bbbb-cccc") as look:
        found = await identity(look)
    assert (found.status, found.code) == ("failed", code)
    assert "aaaa-bbbb-cccc" not in repr(found)


async def test_with_keys_alone_nobody_is_asked() -> None:
    loaded = load_settings(None, environ={"ACS_CONNECTION_STRING": "endpoint=https://x;accesskey=Zm9v"})
    assert (await identity(Surroundings(Path(), loaded))).status == "skipped"


def test_what_is_no_token_says_nothing() -> None:
    assert claims_of("emulated") == {}
    assert claims_of("a.!!!.c") == {}
    assert claims_of(f"a.{base64.urlsafe_b64encode(b'[1]').decode()}.c") == {}
