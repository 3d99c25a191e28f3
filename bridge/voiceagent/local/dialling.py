"""One call of ours from the wish to its report: told to the bridge, followed, ended in time.

An emulated network also has to be told who answers there, and what that person does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from voiceagent.errors import RemoteError
from voiceagent.local.phone import Phone
from voiceagent.local.running import Running
from voiceagent.local.watching import Show, Watching
from voiceagent.local.workbench import Workbench
from voiceagent.trust import authorities


@dataclass(frozen=True, slots=True)
class Placed:
    """How it went. `cut` tells why we stopped waiting, "" when nobody had to. `repeated`: the call was placed before."""

    report: dict[str, Any]
    cut: str = ""
    repeated: bool = False


async def dial(
    running: Running,
    wish: Mapping[str, str],
    *,
    callee: Mapping[str, Any] | None = None,
    limit_seconds: float,
    show: Show,
    stop: asyncio.Event,
) -> Placed:
    """Have the bridge call somebody and wait for the report. UserError when it may not, RemoteError when it cannot.

    `callee` describes whoever answers on an emulated network.
    """
    import httpx

    async with httpx.AsyncClient(trust_env=False, verify=authorities(), timeout=30) as http:
        workbench = Workbench(http, running.workbench_url, running.token)
        if callee is not None and running.emulator_url:
            await Phone(http, running.emulator_url).describe_callee(callee)
        watching = Watching(show)
        async with asyncio.TaskGroup() as tasks:
            following = tasks.create_task(watching.run(workbench))
            await watching.opened.wait()
            dialled = await workbench.dial(wish)
            cut = ""
            if not dialled["repeated"]:  # of a call that was placed before, the beginning is past: its report tells all
                watching.only(dialled["correlation_id"])
                cut = await _until_ended(watching, limit_seconds, stop)
            report = await workbench.report(dialled["call_id"])
            following.cancel()
    if report is None:
        raise RemoteError(
            f"The call {dialled['call_id']} goes on, so there is no report yet.",
            service="voiceagent serve",
            remedy="`voiceagent calls show` tells it when the call is over",
        )
    return Placed(report, cut, dialled["repeated"])


async def _until_ended(watching: Watching, limit_seconds: float, stop: asyncio.Event) -> str:
    async with asyncio.TaskGroup() as tasks:
        ended, stopped = tasks.create_task(watching.ended.wait()), tasks.create_task(stop.wait())
        await asyncio.wait({ended, stopped}, timeout=limit_seconds, return_when=asyncio.FIRST_COMPLETED)
        cut = "" if watching.ended.is_set() else "interrupted" if stop.is_set() else f"longer than {limit_seconds:.0f} s"
        ended.cancel()
        stopped.cancel()
    return cut
