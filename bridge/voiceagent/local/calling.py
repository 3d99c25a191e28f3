"""One emulated call from dialling to its report: places it, follows it, ends it in time, and joins the two views of it.

The bridge reports what it did; the phone reports what its ear heard. A report has both, the latter under `ear`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.errors import RemoteError
from voiceagent.local.need import Leg
from voiceagent.local.phone import Phone
from voiceagent.local.running import Running
from voiceagent.local.watching import Show, Watching
from voiceagent.local.workbench import Workbench
from voiceagent.trust import authorities

WIND_UP_SECONDS = 15
"""From hanging up to the end of the call, on either side: the goodbye, the farewells, a slow machine."""


Beside = Callable[[Phone, str], Awaitable[None]]
"""What goes on beside a call, given the phone and the call's id there. Cancelled when the call has ended; must not raise."""


@dataclass(frozen=True, slots=True)
class Called:
    """How a call went. `cut` tells why we hung up for the caller, "" when nobody had to. `diary` is the phone's."""

    report: dict[str, Any]
    cut: str
    diary: tuple[dict[str, Any], ...] = ()


async def place(
    running: Running,
    plan: Mapping[str, Any],
    *,
    limit_seconds: float,
    show: Show,
    stop: asyncio.Event,
    beside: Beside | None = None,
    leg: Leg = "acs",
) -> Called:
    """Place the planned call over `leg` and wait for its report.

    Hangs up when it takes longer than the limit, or when `stop` is set.
    """
    import httpx

    async with httpx.AsyncClient(trust_env=False, verify=authorities(), timeout=30) as http:
        phone = Phone(http, running.twilio_url if leg == "twilio" else running.emulator_url)
        workbench = Workbench(http, running.workbench_url, running.token)
        watching = Watching(show)
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(watching.run(workbench))
            await watching.opened.wait()
            placed = await phone.place_call(plan)
            watching.only(placed["correlation_id"])
            going_on = tasks.create_task(_run(beside, phone, placed["call_id"]))
            diary: list[dict[str, Any]] = []
            cut = await _until_ended(phone, placed["call_id"], limit_seconds, stop, diary)
            going_on.cancel()
            report = await _report(workbench, watching)
            following.cancel()
        return Called(report | {"ear": await phone.look(placed["call_id"])}, cut, tuple(diary))


async def _run(beside: Beside | None, phone: Phone, call_id: str) -> None:
    if beside is not None:
        await beside(phone, call_id)


async def _until_ended(
    phone: Phone, call_id: str, limit_seconds: float, stop: asyncio.Event, diary: list[dict[str, Any]]
) -> str:
    """Follow the call to its end, writing down its diary; returns why it had to be ended from here, or ""."""
    async with asyncio.TaskGroup() as tasks:
        ended = tasks.create_task(_follow(phone, call_id, diary))
        stopped = tasks.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, timeout=limit_seconds, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if ended.done():
            return ""
        why = "interrupted" if stop.is_set() else f"longer than {limit_seconds:.0f} s"
        await phone.hang_up(call_id)
        await asyncio.wait({ended}, timeout=WIND_UP_SECONDS)
        ended.cancel()
        return why


async def _follow(phone: Phone, call_id: str, diary: list[dict[str, Any]]) -> None:
    async for line in phone.follow(call_id):
        diary.append(line)


async def _report(workbench: Workbench, watching: Watching) -> dict[str, Any]:
    """The bridge's side of the call winds up a moment after the phone's."""
    try:
        async with asyncio.timeout(WIND_UP_SECONDS):
            await watching.ended.wait()
    except TimeoutError:
        pass
    report = await workbench.report(watching.call_id) if watching.call_id and watching.ended.is_set() else None
    if report is None:
        answered = "did not end its side of the call" if watching.call_id else "did not answer the call"
        raise RemoteError(
            f"The bridge {answered}, so there is no report.", service="voiceagent serve", remedy="its log tells why"
        )
    return report
