"""How the process leaves its calls: each is asked to end after the sentence being spoken, none is waited for without bound."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from voiceagent.call.events import EndRequested
from voiceagent.call.life import DEPARTING_MS
from voiceagent.runtime.registry import Registry
from voiceagent.runtime.runner import CallRunner

DRAIN_SECONDS = 10.0  # a sentence and a goodbye; container platforms kill after 30 s
AT_ONCE_SECONDS = DEPARTING_MS / 1000 + 1.0  # a hang-up is one request, which the service confirms or the call waits in vain


async def drain(
    calls: Registry[CallRunner],
    *,
    patience_seconds: float = 0.0,
    seconds: float = DRAIN_SECONDS,
    at_once_seconds: float = AT_ONCE_SECONDS,
    on_impatience: Callable[[], None] | None = None,
) -> int:
    """Let every call go on for so long, then ask it to end, politely and then at once.

    Returns how many had to be left to cancellation.
    """
    if patience_seconds and await _none_left(calls, patience_seconds):
        return 0
    if await _all_ended(calls, EndRequested("shutdown"), seconds):
        return 0
    if on_impatience is not None:
        on_impatience()
    await _all_ended(calls, EndRequested("shutdown", at_once=True), at_once_seconds)
    return len(calls)


async def _all_ended(calls: Registry[CallRunner], request: EndRequested, seconds: float) -> bool:
    for call in calls:
        call.deliver(request)
    return await _none_left(calls, seconds)


async def _none_left(calls: Registry[CallRunner], seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await calls.empty()
    except TimeoutError:
        return False
    return True
