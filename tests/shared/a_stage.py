"""Everything that a whole call needs, on real sockets: emulated network, bridge, emulated Voice Live with a script."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import contracts
import httpx

from voiceagent.agent.project import AgentProject, load_project
from voiceagent.config.schema import Settings
from voiceagent.emulators.acs.options import NetworkOptions
from voiceagent.emulators.acs.serve import AcsEmulator
from voiceagent.emulators.voice_live.options import EmulatorOptions
from voiceagent.emulators.voice_live.scripted import Scripted, Turn
from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator
from voiceagent.server.observers import Observers, observing
from voiceagent.server.serve import Ready, serve
from voiceagent.testing.speech import ToneVoice

VOICE_LIVE_KEY = "a-voice-live-key"
EVENT_SECRET = "a-secret"
TOOLS = '''
from voiceagent import tool

@tool
def lookup_order(order_id: str) -> dict:
    """Where an order is."""
    return {"order_id": order_id, "status": "shipped"}
'''


@dataclass(slots=True)
class Stage:
    """Everything that a call needs, running."""

    acs: AcsEmulator
    ready: Ready
    observers: Observers
    http: httpx.AsyncClient
    stop: asyncio.Event

    async def call(self, **order: Any) -> dict[str, Any]:
        """Place a call, wait until both sides have wound up, return the bridge's report with the phone's ear."""
        placed = await self.http.post(f"{self.acs.url}/emulator/calls", json=order)
        assert placed.status_code == 201, placed.text
        ids = placed.json()
        async with self.http.stream("GET", f"{self.acs.url}/emulator/calls/{ids['call_id']}/events", timeout=60) as events:
            async for _ in events.aiter_lines():
                pass
        report = await self._report(ids["correlation_id"])
        phone = (await self.http.get(f"{self.acs.url}/emulator/calls/{ids['call_id']}")).json()
        return {**report, "phone": phone}

    async def _report(self, correlation_id: str) -> dict[str, Any]:
        with self.observers.feed.subscribe(recent=True) as feed:
            while (report := self.observers.reports.report(correlation_id)) is None:
                await asyncio.wait_for(anext(feed), 20)
        return report


@asynccontextmanager
async def stage(
    folder: Path, script: list[Turn], *, settings: Mapping[str, Any] | None = None, network: NetworkOptions | None = None
) -> AsyncIterator[Stage]:
    (folder / "prompt.md").write_text("You are a test.")
    (folder / "tools.py").write_text(TOOLS)
    async with (
        contracts.checked() as tap,
        AcsEmulator(voice=ToneVoice, options=network or NetworkOptions(connect_ms=20, farewell_ms=900), tap=tap) as acs,
        VoiceLiveEmulator(
            Scripted(script), key=VOICE_LIVE_KEY, options=EmulatorOptions(delta_interval_ms=20), tap=tap
        ) as voice_live,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        given = _merged(
            {
                "agent": {"greeting": "Hello, this is a test."},
                "bridge": {"port": 0},
                "engine": {"endpoint": voice_live.endpoint, "api_key": VOICE_LIVE_KEY},
                "acs": phone_settings(acs),
            },
            settings or {},
        )
        project = load_project(folder, Settings.model_validate(given))
        with observing(project, engine="voice-live") as observers:
            async with subscribed(project, observers, acs, http) as (facts, stop):
                yield Stage(acs, facts, observers, http, stop)


@asynccontextmanager
async def subscribed(
    project: AgentProject, observers: Observers, acs: AcsEmulator, http: httpx.AsyncClient
) -> AsyncIterator[tuple[Ready, asyncio.Event]]:
    """The bridge of a project, to which the emulated phone announces its calls; what it said, and what stops it."""
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(serve(project, observers=observers, on_ready=ready.set_result, stop=stop))
        facts: Ready = await asyncio.wait_for(ready, 30)
        subscription = {
            "endpoint": f"http://127.0.0.1:{facts.port}/events",
            "schema": "event-grid",
            "headers": {"x-voiceagent-secret": EVENT_SECRET},
        }
        put = await http.put(f"{acs.url}/emulator/subscription", json=subscription)
        assert put.status_code == 200, put.text
        yield facts, stop
        stop.set()


def phone_settings(acs: AcsEmulator) -> dict[str, str]:
    """`[acs]` for a bridge that this emulated phone calls."""
    return {
        "connection_string": acs.connection_string,
        "resource_id": acs.resource_id,
        "issuer": acs.url,
        "jwks_url": acs.jwks_url,
        "event_secret": EVENT_SECRET,
        "phone_number": "+14255550199",
    }


def _merged(base: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in more.items():
        merged[name] = _merged(base.get(name, {}), value) if isinstance(value, Mapping) else value
    return merged
