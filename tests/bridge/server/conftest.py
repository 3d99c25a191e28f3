"""A bridge whose network and engine are scripted, and the service's signature, for the tests of the public edge."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from voiceagent.agent.project import AgentProject, load_project
from voiceagent.call.commands import EngineSetup, Note, PhaseNoted
from voiceagent.call.events import EngineReady
from voiceagent.config.schema import Settings
from voiceagent.ports import Engine, EngineListener, WireFn
from voiceagent.protocol.event_grid import IncomingCall
from voiceagent.protocol.identifiers import phone
from voiceagent.runtime.admission import ConnectionBudget
from voiceagent.server.app import build_app
from voiceagent.server.bridge import Bridge
from voiceagent.server.live import LiveCall
from voiceagent.server.served import Served
from voiceagent.server.tokens import AcsTokens
from voiceagent.testing.clock import ManualClock
from voiceagent.testing.scripted import ScriptedEngine

ISSUER, AUDIENCE = "https://issuer.example", "resource-id"
_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Signature:
    """The telephony service's signature."""

    def __init__(self) -> None:
        self.fetched = 0
        self.broken = False
        self.key_id = "key-1"

    def token(
        self, key: Any = _KEY, *, algorithm: str = "RS256", headers: Mapping[str, Any] | None = None, **claims: Any
    ) -> str:
        now = int(time.time())
        whole = {"iss": ISSUER, "aud": AUDIENCE, "nbf": now, "exp": now + 300, **claims}
        whole = {name: value for name, value in whole.items() if value is not None}
        return jwt.encode(whole, key, algorithm=algorithm, headers={"kid": self.key_id, **(headers or {})})

    async def keys(self) -> dict[str, Any]:
        self.fetched += 1
        if self.broken:
            raise OSError("no network")
        public = json.loads(RSAAlgorithm.to_jwk(_KEY.public_key()))
        return {"keys": [{**public, "kid": self.key_id, "use": "sig", "alg": "RS256"}]}

    def header(self, **claims: Any) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token(**claims)}"}


class Network:
    """Call Automation's client, as far as a bridge uses it."""

    def __init__(self) -> None:
        self.answered: list[str] = []
        self.rejected: list[str] = []
        self.hung_up: list[str] = []
        self.redirected: list[tuple[str, str]] = []
        self.dialled: list[str] = []
        self.reasons: list[str] = []
        self.addresses: dict[str, tuple[str, str]] = {}
        self.hold = asyncio.Event()
        self.hold.set()
        self.broken: Exception | None = None

    async def answer_call(self, context: str, callback: str, *, media_streaming: Any, **_: Any) -> Any:
        self.addresses[context] = (callback, media_streaming.transport_url)
        await self.hold.wait()
        if self.broken:
            raise self.broken
        self.answered.append(context)
        return SimpleNamespace(call_connection_id=f"cc-{context}", server_call_id=f"sc-{context}", answered_by=None)

    async def reject_call(self, context: str, *, call_reject_reason: str = "", **_: Any) -> None:
        self.rejected.append(context)
        self.reasons.append(call_reject_reason)
        if self.broken:
            raise self.broken

    async def redirect_call(self, context: str, target: Any, **_: Any) -> None:
        self.redirected.append((context, target.raw_id))

    async def create_call(self, target: Any, callback: str, *, media_streaming: Any, **_: Any) -> Any:
        self.addresses[target.raw_id] = (callback, media_streaming.transport_url)
        self.dialled.append(target.raw_id)
        return SimpleNamespace(call_connection_id=f"cc-{target.raw_id}", server_call_id="sc", source=None)

    def get_call_connection(self, connection_id: str) -> Any:
        async def hang_up(everyone: bool, **_: Any) -> None:
            if self.broken:
                raise self.broken
            self.hung_up.append(connection_id)

        return SimpleNamespace(hang_up=hang_up)


class Watcher:
    def __init__(self) -> None:
        self.notes: list[tuple[str, Note]] = []
        self.frames: list[tuple[str, str]] = []
        self.news = asyncio.Event()

    def note(self, call_id: str, at_ms: float, note: Note) -> None:
        self.notes.append((call_id, note))
        self.news.set()

    def frame(self, call_id: str, at_ms: float, edge: str, direction: str, frame: bytes) -> None:
        self.frames.append((edge, direction))

    async def until(self, wanted: type[Note], count: int = 1) -> list[Any]:
        async with asyncio.timeout(10):
            while len(found := [note for _, note in self.notes if isinstance(note, wanted)]) < count:
                self.news.clear()
                await self.news.wait()
        return found


class Bench:
    """A running bridge and everything around it."""

    def __init__(
        self, bridge: Bridge, network: Network, signature: Signature, watcher: Watcher, http: httpx.AsyncClient
    ) -> None:
        self.bridge, self.network, self.signature, self.watcher, self.http = bridge, network, signature, watcher, http
        self.engines: list[ScriptedEngine] = []

    def incoming(self, context: str = "one", **more: Any) -> IncomingCall:
        facts: dict[str, Any] = {
            "server_call_id": f"s-{context}",
            "correlation_id": f"c-{context}",
            "event_id": f"e-{context}",
            **more,
        }
        return IncomingCall(phone("+14255550199"), phone("+14255550100"), context, **facts)

    async def live(self, context: str = "one") -> LiveCall:
        """A call that was answered, and its engine ready."""
        before = len([note for _, note in self.watcher.notes if isinstance(note, PhaseNoted) and note.phase == "engine_ready"])
        self.bridge.ring(self.incoming(context))
        async with asyncio.timeout(10):
            while len([n for _, n in self.watcher.notes if isinstance(n, PhaseNoted) and n.phase == "engine_ready"]) <= before:
                self.watcher.news.clear()
                await self.watcher.news.wait()
            while context not in self.network.answered:
                await asyncio.sleep(0)
        found = [call for call in self.bridge.known if call.control.connection_id in (f"cc-{context}", "")]
        await found[-1].control.settled()
        return found[-1]

    def path(self, context: str, which: str) -> str:
        """The path of a call's callback or media address."""
        address = self.network.addresses[context][0 if which == "callbacks" else 1]
        return "/" + address.split("/", 3)[3]


def project_in(folder: Path, **sections: Mapping[str, Any]) -> AgentProject:
    (folder / "prompt.md").write_text("A test.")
    given = {
        "acs": {"event_secret": "the-secret", "resource_id": AUDIENCE},
        "bridge": {"public_url": "https://bridge.example"},
        **sections,
    }
    return load_project(folder, Settings.model_validate(given))


@asynccontextmanager
async def bridging(
    folder: Path,
    *,
    verified: bool = True,
    budget: ConnectionBudget | None = None,
    beside: Mapping[str, Any] | None = None,
    **sections: Mapping[str, Any],
) -> AsyncIterator[Bench]:
    network, signature, watcher = Network(), Signature(), Watcher()
    engines: list[ScriptedEngine] = []

    async def open_engine(project: AgentProject, setup: EngineSetup, listener: EngineListener, wire: WireFn | None) -> Engine:
        engine = ScriptedEngine(sample_rate=setup.sample_rate)
        engines.append(engine)
        await engine.open(setup, listener)
        engine.say(EngineReady("session"))
        return engine

    others = []
    if beside is not None:
        (folder / "beside").mkdir()
        others = [Served(project_in(folder / "beside", agent=beside), "scripted", open_engine, [watcher], [watcher])]
    tokens = AcsTokens(issuer=ISSUER, audience=AUDIENCE, fetch_keys=signature.keys, clock=ManualClock())
    async with Bridge(
        project_in(folder, **sections),
        client=cast(Any, network),
        open_engine=open_engine,
        engine_name="scripted",
        acs_tokens=tokens if verified else None,
        sinks=[watcher],
        taps=[watcher],
        budget=budget,
        others=others,
    ) as bridge:
        transport = httpx.ASGITransport(app=build_app(bridge))
        async with httpx.AsyncClient(transport=transport, base_url="http://bridge.example") as http:
            bench = Bench(bridge, network, signature, watcher, http)
            bench.engines = engines
            try:
                yield bench
            finally:
                network.hold.set()
                bridge.abandon()


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with bridging(tmp_path) as made:
        yield made


@pytest.fixture
def bridging_with(tmp_path: Path) -> Any:
    """A bridge with other settings: `async with bridging_with(limits={…}) as bench`."""

    def make(**options: Any) -> Any:
        return bridging(tmp_path, **options)

    return make


@pytest.fixture
def signature() -> Signature:
    return Signature()
