"""An empty subscription, a laptop behind a tunnel, a telephone that rings there, and nothing left afterwards: the commands a
person types, each a process of its own, against emulated Azure and through an SSH server."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from voiceagent.emulators.together import Emulators
from voiceagent.local.phone import Phone
from voiceagent.testing.ssh import OnLoopback, SshdOnLoopback, StandIn, find_sshd, running

pytestmark = pytest.mark.call


@asynccontextmanager
async def typed(*words: str, env: Mapping[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """`voiceagent WORDS`; interrupted when the block ends before it."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "voiceagent_cli", *words),
        env=os.environ | env,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=1 << 20,
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGINT)
            await child.communicate()


async def told(*words: str, env: Mapping[str, str]) -> dict[str, Any]:
    """What a command says with --json."""
    async with typed(*words, "--json", env=env) as child:
        said, why = await child.communicate()
    assert child.returncode == 0, f"{words} ended with {child.returncode}: {why.decode()}"
    answer: dict[str, Any] = json.loads(said)
    return answer


async def report_of(phone: Phone, number: str) -> dict[str, Any]:
    """Somebody calls that number, hears the agent out and hangs up."""
    steps = [{"silence": 200}]
    call_id = (await phone.place_call({"from": "+14255550100", "to": number, "steps": steps, "hang_up_after": True}))["call_id"]
    async for _ in phone.follow(call_id):
        pass
    return await phone.look(call_id)


async def test_from_an_empty_subscription_to_a_call_and_back(tmp_path: Path) -> None:
    agent, kind = str(tmp_path / "support"), SshdOnLoopback if find_sshd() else StandIn
    async with (
        Emulators("all", answers="scripted", empty=True) as azure,
        running(kind(tmp_path / "ssh")) as server,
        httpx.AsyncClient(trust_env=False, timeout=30) as http,
    ):
        env = {name: str(value) for name, value in azure.env().items()} | through(server)
        assert azure.acs is not None
        phone = Phone(http, azure.acs.url)
        await told("init", agent, env=env)
        await told("provision", "apply", agent, "--yes", env=env)
        number = (await told("provision", "numbers", "list", agent, env=env))["numbers"][0]["number"]

        way = f"ssh:{server.user}@127.0.0.1:{server.port}"
        async with typed("serve", agent, "--port", "0", "--json", "--tunnel", way, env=env) as bridge:
            assert bridge.stdout is not None
            assert bridge.stderr is not None
            async with asyncio.TaskGroup() as around, asyncio.timeout(60):
                around.create_task(bridge.stderr.read())  # a pipe that nobody reads would hold it up
                ready = json.loads(await bridge.stdout.readline())
                rest = around.create_task(bridge.stdout.read())
                call = await report_of(phone, number)
                bridge.send_signal(signal.SIGINT)
                await rest
            assert await bridge.wait() == 0

        assert ready["tunnel"]["name"] == way
        assert (call["to"], call["outcome"]) == (f"4:{number}", "completed")
        assert call["heard_ms"] > 500, "the caller heard the agent through the tunnel"
        assert call["frames"]["lost"] == 0
        assert things(azure) != []
        await told("provision", "destroy", agent, "--yes", env=env)
        assert things(azure) == []


def things(azure: Emulators) -> list[str]:
    """What stands in the subscription; that a provider was registered stays, and costs nothing."""
    assert azure.arm is not None
    desk = azure.arm.desk
    return [*desk.things.made, *desk.things.groups, *desk.resources.topics, *desk.resources.subscriptions]


def through(server: OnLoopback) -> dict[str, str]:
    return {"VOICEAGENT_TUNNEL_SSH_KEY": server.key_file, "VOICEAGENT_EVENT_SECRET": "the-secret-of-this-test"}
