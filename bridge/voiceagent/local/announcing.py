"""Whoever announces our calls, told where we are: Azure's Event Grid, an emulated one, an emulated Twilio number."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Protocol

from voiceagent.local.phone import Phone
from voiceagent.trust import authorities

if TYPE_CHECKING:
    from voiceagent.config.schema import Settings

ASK_SECONDS = 30


class Pointing(Protocol):
    """`cloud.pointing.Pointing`, as far as a bridge needs it."""

    async def point(self, url: str) -> None:
        """Announce calls there. RemoteError when the address does not answer."""
        ...

    async def restore(self) -> None:
        """Announce them where they were before."""
        ...


class EmulatedGrid:
    """The subscription of an ACS emulator."""

    def __init__(self, phone: Phone, secret: str) -> None:
        self._phone = phone
        self._secret = secret
        self._before: str | None = None
        self._asked = False

    async def point(self, url: str) -> None:
        if not self._asked:
            self._before, self._asked = await self._phone.subscribed(), True
        await self._phone.subscribe(f"{url}/events", secret=self._secret)

    async def restore(self) -> None:
        if self._before:
            await self._phone.subscribe(self._before, secret=self._secret)


class EmulatedNumber:
    """The number of a Twilio emulator. It rang nowhere before."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone

    async def point(self, url: str) -> None:
        await self._phone.ring_at(f"{url}/twilio/voice")

    async def restore(self) -> None:
        return


class All:
    """Several at once: one that fails does not keep the others from being told."""

    def __init__(self, several: list[Pointing]) -> None:
        self._several = several

    async def point(self, url: str) -> None:
        await self._each([one.point(url) for one in self._several])

    async def restore(self) -> None:
        await self._each([one.restore() for one in self._several])

    async def _each(self, asked: list[Any]) -> None:
        for failure in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(failure, BaseException):
                raise failure


@contextlib.asynccontextmanager
async def announcers(settings: Settings, *, emulator_url: str, twilio_url: str, azure: bool) -> AsyncIterator[tuple[All, str]]:
    """Whoever announces calls to the bridge of these settings, and why Azure is not among them ("" when it is).

    `azure`: whether to look there at all. RemoteError when it is to be asked and cannot.
    """
    import httpx

    async with contextlib.AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, verify=authorities(), timeout=ASK_SECONDS))
        several: list[Pointing] = []
        why = ""
        if azure:
            grid, why = await _in_azure(settings, stack)
            several += [] if grid is None else [grid]
        if emulator_url and not several:
            several.append(EmulatedGrid(Phone(http, emulator_url), str.__str__(settings.acs.event_secret)))
        if twilio_url:
            several.append(EmulatedNumber(Phone(http, twilio_url)))
        yield All(several), why


async def _in_azure(settings: Settings, stack: contextlib.AsyncExitStack) -> tuple[Pointing | None, str]:
    from voiceagent.cloud.pointing import open_pointing, why_none

    found = await open_pointing(settings)
    if found is None:
        return None, why_none(settings)
    stack.push_async_callback(found.close)
    return found, ""


def looks_in_azure(settings: Settings) -> bool:
    """Whether Event Grid's own subscription is to be looked for: there is a phone of Azure's, or all of Azure is emulated."""
    emulated_too = settings.cloud.arm_endpoint.startswith("http:")
    return bool(settings.cloud.subscription_id) and (emulated_too or not settings.acs.emulator_url)
