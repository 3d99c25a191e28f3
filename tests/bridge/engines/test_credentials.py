"""Entra tokens are fetched once, early, and never block a call that could have had one."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from voiceagent.engines.credentials import EARLY_SECONDS, VOICE_LIVE_SCOPE, EntraToken
from voiceagent.errors import RemoteError


class Credential:
    def __init__(self, *, lifetime: float = 3600, error: Exception | None = None) -> None:
        self.asked: list[str] = []
        self.lifetime = lifetime
        self.error = error
        self.closed = False

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        await asyncio.sleep(0)
        self.asked.extend(scopes)
        if self.error:
            raise self.error
        return AccessToken(f"token-{len(self.asked)}", int(1000 + self.lifetime))

    async def close(self) -> None:
        self.closed = True

    async def __aexit__(self, *_: Any) -> None:
        await self.close()


def token_of(credential: Credential, now: float = 1000) -> EntraToken:
    return EntraToken(VOICE_LIVE_SCOPE, make_credential=lambda: credential, now=lambda: now)  # type: ignore[arg-type,return-value]  # a fake


async def test_a_token_is_fetched_once_for_all_who_ask() -> None:
    credential = Credential()
    token = token_of(credential)
    assert await asyncio.gather(token(), token(), token()) == ["token-1"] * 3
    assert credential.asked == [VOICE_LIVE_SCOPE]


async def test_an_expired_token_is_replaced() -> None:
    credential = Credential(lifetime=-1)
    token = token_of(credential)
    assert [await token(), await token()] == ["token-1", "token-2"]


async def test_renewal_is_due_five_minutes_before_the_end() -> None:
    token = token_of(Credential())
    assert token.due_in() == 0
    await token()
    assert token.due_in() == 3600 - EARLY_SECONDS


async def test_it_is_fetched_before_anyone_asks() -> None:
    credential = Credential()
    token = token_of(credential)
    async with asyncio.TaskGroup() as tasks:
        fresh = tasks.create_task(token.keep_fresh())
        while not credential.asked:
            await asyncio.sleep(0)
        fresh.cancel()
    assert await token() == "token-1"
    await token.close()
    assert credential.closed


async def test_nobody_signed_in_is_a_sentence_with_a_remedy() -> None:
    token = token_of(Credential(error=RuntimeError("DefaultAzureCredential failed\nlong list")))
    with pytest.raises(RemoteError, match=r"no Entra token .* DefaultAzureCredential failed$") as refused:
        await token()
    assert "az login" in refused.value.remedy
