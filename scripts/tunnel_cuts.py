#!/usr/bin/env python3
"""Cuts a tunnel under calls, and looks how soon the next call rings.

`voiceagent serve --tunnel ssh:…` runs as a process of its own, through a real OpenSSH server on the loopback where there is one
(else a stand-in that says so), against emulators of Azure in which `voiceagent provision apply` made an event subscription that
leads to another bridge. Calls are under way when the SSH server is killed with all its connections; it comes back a moment
later under the same address, and the tunnel gets another public address. For each cut: how long until a new call was answered
and had sound, and whether the subscription led to the new address. At the end: whether it leads to the old one again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import median
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from voiceagent.agent.init import write_project
from voiceagent.emulators.together import Emulators
from voiceagent.local.phone import Phone
from voiceagent.server.listen import bind, listening
from voiceagent.testing.ssh import OnLoopback, SshdOnLoopback, StandIn, find_sshd, running

LIMIT_SECONDS = 15.0
"""A caller rings 30 s; half of it may go into a new tunnel."""
AWAY_SECONDS = 0.5
"""How long the SSH server is gone: a restart, or a short loss of the network."""
READY_SECONDS = 60


class Azure:
    """Emulated, with the project's event subscriptions in it."""

    def __init__(self, http: httpx.AsyncClient, env: dict[str, str]) -> None:
        self._http = http
        self.env = env

    async def leads(self) -> set[str]:
        """The bridges that events are delivered to."""
        answer = await self._http.get(f"{self.env['VOICEAGENT_EMULATOR_URL']}/emulator/subscriptions")
        return {one["endpoint"].rsplit("/", 1)[0] for one in answer.json()["subscriptions"]}

    async def provision(self, agent: Path, url: str) -> None:
        """What a person types once, with the address of a bridge that is there."""
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "voiceagent_cli", "provision", "apply", str(agent), "--yes", "--url", url),
            env=os.environ | self.env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await child.communicate()
        if child.returncode:
            raise SystemExit(f"provision apply ended with {child.returncode}:\n{said.decode()}")


class Cuts:
    """The bridge, its callers and what was measured."""

    def __init__(self, azure: Azure, phone: Phone, server: OnLoopback, calls: int) -> None:
        self._azure = azure
        self._phone = phone
        self._server = server
        self._calls = calls
        self.news: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.rang_seconds: list[float] = []
        self.back_ms: list[float] = []
        self.wrong: list[str] = []
        self.cut_calls = 0

    async def cut(self, number: int) -> None:
        """One cut, with calls under way."""
        held = [await self._placed(hold=True) for _ in range(self._calls)]
        while not self.news.empty():
            self.news.get_nowait()
        began = time.monotonic()
        await self._server.cut()
        await asyncio.sleep(AWAY_SECONDS)
        await self._server.start()
        restored = await self._until("restored")
        self.back_ms.append(restored["after_ms"])
        await self._until("pointed")
        if (leads := await self._azure.leads()) != {restored["public_url"]}:
            self.wrong.append(f"cut {number}: calls are announced at {leads}, and the bridge is at {restored['public_url']}")
        if not await self._answered(began):
            self.wrong.append(f"cut {number}: no call was answered within {LIMIT_SECONDS:g} s")
        for call_id in held:
            with contextlib.suppress(Exception):  # most have ended: their sound was cut
                await self._phone.hang_up(call_id)
        self.cut_calls += len(held)

    async def _placed(self, *, hold: bool = False) -> str:
        plan = {"steps": [{"silence": 60000}] if hold else [], "hang_up_after": not hold}
        return str((await self._phone.place_call(plan))["call_id"])

    async def _answered(self, began: float) -> bool:
        """Call until somebody answers, as people do; measured from the cut to the agent's first sound at the caller's ear."""
        while time.monotonic() - began < LIMIT_SECONDS:
            call_id = await self._placed(hold=True)
            if await self._hears(call_id):
                self.rang_seconds.append(time.monotonic() - began)
                await self._phone.hang_up(call_id)
                return True
        return False

    async def _hears(self, call_id: str) -> bool:
        async for line in self._phone.follow(call_id):
            if line["kind"] == "agent_begins":
                return True
        return False

    async def _until(self, state: str) -> dict[str, Any]:
        async with asyncio.timeout(LIMIT_SECONDS * 2):
            while True:
                item = await self.news.get()
                if item["state"] == state:
                    return item

    async def follow(self, lines: asyncio.StreamReader) -> None:
        """What the bridge tells of its tunnel."""
        async for line in lines:
            item = json.loads(line)
            if item.get("kind") == "tunnel":
                self.news.put_nowait(item)


@contextlib.asynccontextmanager
async def another_bridge() -> AsyncIterator[str]:
    """Where calls are announced before ours comes, and after it has left: it answers as a bridge does that nobody calls."""

    async def healthy(_: Request) -> Response:
        return JSONResponse({"ok": True})

    async def events(request: Request) -> Response:
        event = (await request.json())[0]
        return JSONResponse({"validationResponse": event.get("data", {}).get("validationCode", "")})

    async def media(websocket: WebSocket) -> None:
        await websocket.send_denial_response(Response(status_code=403))

    with contextlib.closing(bind("127.0.0.1", 0)) as where:
        routes = [
            Route("/healthz", healthy),
            Route("/events", events, methods=["POST"]),
            WebSocketRoute("/media/{rest:path}", media),
        ]
        async with listening(Starlette(routes=routes), where, short_path=False):
            yield f"http://127.0.0.1:{where.getsockname()[1]}"


@contextlib.asynccontextmanager
async def bridge(folder: Path, env: dict[str, str], server: OnLoopback) -> AsyncIterator[asyncio.subprocess.Process]:
    """`voiceagent serve` through that server; interrupted at the end."""
    own = {"VOICEAGENT_TUNNEL_SSH_KEY": server.key_file, "XDG_DATA_HOME": str(folder / "data")}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voiceagent_cli", "serve", str(folder / "agent"), "--port", "0", "--json"),
        *("--tunnel", f"ssh:{server.user}@127.0.0.1:{server.port}"),
        env=os.environ | env | own,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=1 << 20,
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGINT)
        await child.wait()


async def measure(cuts: int, calls: int) -> int:
    """All of it; returns the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="tunnel-cuts-"))
    write_project(folder / "agent")
    kind = SshdOnLoopback if find_sshd() else StandIn
    said = "OpenSSH's server" if kind is SshdOnLoopback else "a stand-in for OpenSSH's server, which is not installed here"
    print(f"{cuts} cuts with {calls} calls under way, over {said}.")
    async with Emulators("all", answers="scripted") as house, another_bridge() as old, running(kind(folder / "ssh")) as server:
        env = {name: str(value) for name, value in house.env().items()} | {"VOICEAGENT_EVENT_SECRET": "the-secret-of-this-run"}
        async with httpx.AsyncClient(trust_env=False, verify=False, timeout=30) as http:
            phone = Phone(http, env["VOICEAGENT_EMULATOR_URL"])
            azure = Azure(http, env)
            await azure.provision(folder / "agent", old)
            run = Cuts(azure, phone, server, calls)
            async with bridge(folder, env, server) as child, asyncio.TaskGroup() as tasks:
                assert child.stdout is not None
                async with asyncio.timeout(READY_SECONDS):
                    ready = json.loads(await child.stdout.readline())
                print(f"Ready at {ready['public_url']}, {ready['tunnel']['round_trip_ms']} ms there and back.")
                following = tasks.create_task(run.follow(child.stdout))
                for number in range(1, cuts + 1):
                    await run.cut(number)
                    print(f"cut {number:2}: back after {run.back_ms[-1] / 1000:.2f} s", end="")
                    print(f", a new call had sound after {run.rang_seconds[-1]:.2f} s" if run.rang_seconds else "")
                began = time.monotonic()
                child.send_signal(signal.SIGINT)
                code = await child.wait()
                left = time.monotonic() - began
                following.cancel()
            restored = await azure.leads() == {old}
    return report(run, code=code, left=left, restored=restored)


def report(run: Cuts, *, code: int, left: float, restored: bool) -> int:
    """The figures, and whether they are good enough."""
    rang = sorted(run.rang_seconds)
    if rang:
        print(f"A new call had sound {median(rang):.2f} s (median), {rang[-1]:.2f} s (longest) after a cut.")
        back = [ms / 1000 for ms in run.back_ms]
        print(f"The tunnel was back {median(back):.2f} s (median), {max(back):.2f} s (longest) after it.")
    print(f"{run.cut_calls} calls were under way when it was cut.")
    print(f"serve ended with {code} after {left:.1f} s; calls are announced at the old address again: {restored}.")
    wrong = [*run.wrong, *([] if restored else ["the old address was not restored"])]
    wrong += [f"a new call took {slow:.1f} s" for slow in rang if slow > LIMIT_SECONDS]
    wrong += [f"serve ended with {code}"] if code else []
    for one in wrong:
        print(f"FAILED: {one}", file=sys.stderr)
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--calls", type=int, default=10, help="under way at each cut")
    options = parser.parse_args()
    return asyncio.run(measure(options.cuts, options.calls))


if __name__ == "__main__":
    sys.exit(main())
