"""The server under measurement: the real bridge with every check in force, and a network whose calls have all rung already.

Prints one JSON line when ready: the port, and the path and token of each call. Only the answers of Call Automation are made up.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import jwt
import uvloop
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from voiceagent.agent.project import load_project
from voiceagent.call.commands import Note, PhaseNoted
from voiceagent.config.schema import Settings
from voiceagent.observe.report import ReportSink
from voiceagent.protocol.event_grid import IncomingCall
from voiceagent.protocol.identifiers import phone
from voiceagent.protocol.public_address import PublicAddress
from voiceagent.runtime.clock import MonotonicClock
from voiceagent.server.app import build_app
from voiceagent.server.bridge import Bridge
from voiceagent.server.listen import bind, listening
from voiceagent.server.observers import observing
from voiceagent.server.serve import engine_factory
from voiceagent.server.tokens import AcsTokens


class Network:
    """Answers every call at once; the connection id is the call's number, as the load generator says it."""

    def __init__(self) -> None:
        self.media: dict[int, str] = {}

    async def answer_call(self, context: str, _callback: str, *, media_streaming: Any, **_: Any) -> Any:
        number = int(context)
        self.media[number] = "/" + media_streaming.transport_url.split("/", 3)[3]
        return SimpleNamespace(call_connection_id=f"call-{number}", server_call_id=f"server-{number}", answered_by=None)

    def get_call_connection(self, _connection_id: str) -> Any:
        async def hang_up(_everyone: bool, **_: Any) -> None:
            return None

        return SimpleNamespace(hang_up=hang_up)


class Engines:
    """A sink that knows when all engines are ready: what is echoed from before would lag behind for ever."""

    def __init__(self, calls: int) -> None:
        self._missing = calls
        self.ready = asyncio.Event()

    def note(self, _call_id: str, _at_ms: float, note: Note) -> None:
        if isinstance(note, PhaseNoted) and note.phase == "engine_ready":
            self._missing -= 1
            if self._missing == 0:
                self.ready.set()


def signed(issuer: str, audience: str) -> tuple[dict[str, Any], str]:
    """A key set and a token of it that holds a day, as the service's media tokens do."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = {**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": "bench", "use": "sig", "alg": "RS256"}
    now = int(time.time())
    claims = {"iss": issuer, "aud": audience, "nbf": now, "exp": now + 86_400}
    return {"keys": [public]}, jwt.encode(claims, key, algorithm="RS256", headers={"kid": "bench"})


def project_in(folder: Path, engine: str, media_path: str, calls: int) -> Any:
    (folder / "prompt.md").write_text("A bench.")
    settings = {
        "engine": {"endpoint": engine, "api_key": "bench"},
        "bridge": {"media_path": media_path},
        "silence": {"after_seconds": 120},
        "limits": {"max_calls": calls},
    }
    return load_project(folder, Settings.model_validate(settings))


async def main(options: argparse.Namespace) -> None:
    issuer, audience = "https://issuer.example", "audience"
    keys, token = signed(issuer, audience)

    async def fetch() -> dict[str, Any]:
        return keys

    network, engines = Network(), Engines(options.calls)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        project = project_in(Path(folder), options.engine, options.media_path, options.calls)
        observers = stack.enter_context(observing(project, engine="bench")) if options.capture else None
        tokens = AcsTokens(issuer=issuer, audience=audience, fetch_keys=fetch, clock=MonotonicClock())
        async with Bridge(
            project,
            client=cast(Any, network),
            open_engine=engine_factory(None),
            engine_name="bench",
            acs_tokens=tokens,
            sinks=(*(observers.sinks if observers else (ReportSink(),)), engines),
            taps=observers.taps if observers else (),
            witness=observers.witness if observers else None,
        ) as bridge:
            where = bind("127.0.0.1", 0)
            bridge.public.move(PublicAddress("http://127.0.0.1"))
            async with listening(build_app(bridge), where, short_path=options.media_path == "short"):
                for number in range(options.calls):
                    bridge.ring(
                        IncomingCall(
                            phone("+14255550199"), phone("+14255550100"), str(number), f"server-{number}", f"corr-{number}"
                        )
                    )
                await engines.ready.wait()
                paths = [network.media[number] for number in range(options.calls)]
                print(json.dumps({"port": where.getsockname()[1], "token": token, "paths": paths}), flush=True)
                await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
                bridge.abandon()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", required=True)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--media-path", default="short", choices=["short", "stock"])
    parser.add_argument("--capture", action="store_true")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(parser.parse_args()))
