#!/usr/bin/env python3
"""Makes the recorded failing calls that `rca` is tested on: a real bridge between the emulators, and one thing wrong in each.

scripts/gen_failing_calls [--out FOLDER] [NAME…]    all of them, or those named; takes about a minute

Each capture is copied without voices, words and numbers. tests/data/rca/README.md tells what was done in which.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "tests" / "data" / "rca"
SECRET = "only-for-recording"
OURS = "+14255550199"

HEAD = """\
# Failing calls

Made by `scripts/gen_failing_calls` with this project's own bridge and emulators; same licence as the project. In each capture
one thing went wrong, on purpose: a fault of the emulators (`voiceagent trigger fault`), or a setting. Voices are silenced,
words and numbers hidden. `tests/bridge/rca/test_rules.py` demands that `rca` names the cause in the second column.

| capture | cause | what was done |
|---|---|---|
"""


@dataclass(frozen=True)
class Case:
    """A call that fails. `fault` is armed while it is placed, `settings` lie over sound ones, `caller` is their order."""

    cause: str
    done: str
    fault: tuple[str, Mapping[str, Any]] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    caller: Mapping[str, Any] = field(default_factory=dict)
    script: str = "talks"
    leaves_after_s: float | None = None
    sends_hz: int = 24_000


CASES: dict[str, Case] = {
    "engine-key": Case(
        "engine_credentials", "fault `engine.refused status=401`", ("engine.refused", {"status": 401, "times": 0})
    ),
    "engine-quota": Case("engine_quota_used_up", "fault `engine.throttled`", ("engine.throttled", {"times": 0})),
    "engine-down": Case("engine_unavailable", "fault `engine.refused status=503`", ("engine.refused", {"times": 0})),
    "engine-dropped": Case(
        "engine_dropped",
        "fault `engine.dropped`, and `engine.reconnect_seconds = 0`",
        ("engine.dropped", {}),
        {"engine": {"reconnect_seconds": 0}},
    ),
    "engine-expired": Case(
        "engine_session_expired",
        "fault `engine.expired`, and `engine.reconnect_seconds = 0`",
        ("engine.expired", {}),
        {"engine": {"reconnect_seconds": 0}},
    ),
    "tokens-used-up": Case("engine_tokens_used_up", "fault `engine.rate_limited`", ("engine.rate_limited", {"times": 0})),
    "engine-mute": Case(
        "engine_silent",
        "fault `engine.missing only=response.audio.delta`",
        ("engine.missing", {"only": "response.audio.delta", "times": 0}),
    ),
    "answer-too-late": Case(
        "answer_too_late",
        "fault `request.failed status=400 code=8501 only=acs:answer`",
        ("request.failed", {"status": 400, "code": "8501", "only": "acs:answer"}),
    ),
    "answer-wrong-key": Case(
        "answer_wrong_key",
        "fault `request.failed status=401 code=7509 only=acs:answer`",
        ("request.failed", {"status": 401, "code": "7509", "only": "acs:answer", "times": 0}),
    ),
    "answer-other-resource": Case(
        "answer_wrong_resource",
        "fault `request.failed status=403 code=7507 only=acs:answer`",
        ("request.failed", {"status": 403, "code": "7507", "only": "acs:answer", "times": 0}),
    ),
    "answer-throttled": Case(
        "answer_throttled",
        "fault `request.throttled retry_after_s=none only=acs:answer`",
        ("request.throttled", {"retry_after_s": None, "only": "acs:answer", "times": 0}),
    ),
    "wrong-audience": Case(
        "media_token_refused",
        "`acs.resource_id` of another resource",
        None,
        {"acs": {"resource_id": "00000000-0000-0000-0000-000000000000"}},
    ),
    "media-never": Case("media_never_came", "fault `media.never`", ("media.never", {})),
    "media-dropped": Case("media_lost", "fault `media.dropped`", ("media.dropped", {"after": 60})),
    "old-tunnel": Case(
        "address_leads_nowhere", "`bridge.public_url` where nobody listens", None, {"bridge": {"public_url": "DEAD"}}
    ),
    "caller-silent": Case(
        "caller_silent",
        "a caller who says nothing",
        None,
        {"silence": {"after_seconds": 1, "prompts": ["Hello?"]}},
        {"steps": [{"silence": 20000}]},
    ),
    "refused-by-rule": Case("refused_by_rule", "an answer rule: busy", None, {"answer": {"rules": [{"do": "busy"}]}}),
    "caller-hung-up": Case(
        "caller_left_early",
        "fault `request.late ms=3000 only=acs:answer`, and a caller who hangs up after half a second",
        ("request.late", {"ms": 3000, "only": "acs:answer"}),
        leaves_after_s=0.5,
    ),
    "transfer-busy": Case("transfer_busy", "a human whose line is busy", caller={"human": "busy"}, script="transfers"),
    "wrong-format": Case("wrong_format", "the emulated network sends 16 kHz where 24 kHz was asked for", sends_hz=16_000),
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, default=OUT)
    asked.add_argument("names", nargs="*")
    options = asked.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or CASES:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{name}: {record(CASES[name], Path(folder), options.out / f'{name}.jsonl.gz')}", file=sys.stderr)
    rows = [f"| `{name}.jsonl.gz` | `{case.cause}` | {case.done} |" for name, case in CASES.items()]
    (options.out / "README.md").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")


def record(case: Case, folder: Path, out: Path) -> str:
    """Place the call and copy its capture. Returns how it ended."""
    from voiceagent.capture.copy import copy_capture
    from voiceagent.capture.read import CaptureReader
    from voiceagent.capture.redact import Redactor

    outcome = asyncio.run(call(case, folder))
    captures = sorted((folder / "captures").glob("*.jsonl.gz"), key=lambda path: path.name)
    out.unlink(missing_ok=True)
    redactor = Redactor("redacted", key=b"recorded" * 4, secrets=(), audio="silence")
    copy_capture(CaptureReader(captures[-1]), out, redactor=redactor)
    return f"{outcome}, {out.stat().st_size} bytes"


async def call(case: Case, folder: Path) -> str:
    async with a_house(case, folder) as place:
        return str(await place())


@contextlib.asynccontextmanager
async def a_house(case: Case, folder: Path) -> AsyncIterator[Any]:
    """A bridge between emulators, as the case wants them; yields what places the call and tells how it ended."""
    from voiceagent.agent.project import load_project
    from voiceagent.config.schema import Settings
    from voiceagent.emulators.acs.options import NetworkOptions
    from voiceagent.emulators.acs.requests import RATES
    from voiceagent.emulators.acs.serve import AcsEmulator
    from voiceagent.emulators.faults.switchboard import Switchboard
    from voiceagent.emulators.voice_live.options import EmulatorOptions
    from voiceagent.emulators.voice_live.scripted import Scripted, Turn
    from voiceagent.emulators.voice_live.serve import VoiceLiveEmulator
    from voiceagent.server.observers import observing
    from voiceagent.server.serve import serve
    from voiceagent.testing.speech import ToneVoice

    scripts = {
        "talks": [Turn(say="Good day.", ms=300)],
        "transfers": [
            Turn(call=[("request_transfer", {"target": "desk", "reason": "wants a human"})]),
            Turn(say="I am sorry.", ms=300),
        ],
    }
    (folder / "prompt.md").write_text("You are a test.")
    (folder / "tools.py").write_text("")
    RATES["pcm24kmono"] = case.sends_hz
    faults = Switchboard(seed=1)
    network = NetworkOptions(connect_ms=20, farewell_ms=300, ring_ms=6000, human_answers_ms=300, together_ms=300)
    async with (
        AcsEmulator(voice=ToneVoice, options=network, faults=faults) as acs,
        VoiceLiveEmulator(
            Scripted(scripts[case.script], repeat=True), key="k", options=EmulatorOptions(seed=1), faults=faults
        ) as engine,
        httpx.AsyncClient(trust_env=False, timeout=60) as http,
    ):
        given: dict[str, Any] = {
            "agent": {"greeting": "Hello, this is a test.", "name": "recorded"},
            "engine": {"endpoint": engine.endpoint, "api_key": "k", "kind": "voice-live"},
            "acs": {
                "connection_string": acs.connection_string,
                "resource_id": acs.resource_id,
                "issuer": acs.url,
                "jwks_url": acs.jwks_url,
                "event_secret": SECRET,
                "phone_number": OURS,
            },
            "bridge": {"port": 0},
            "transfer": {"targets": {"desk": {"description": "a desk", "phone_number": "+14255550150"}}},
            "capture": {"policy": "full"},
        }
        for section, values in case.settings.items():
            given[section] = {**given.get(section, {}), **values}
        if given["bridge"].get("public_url") == "DEAD":
            given["bridge"]["public_url"] = f"http://{dead()}"
        project = load_project(folder, Settings.model_validate(given))
        with observing(project, engine="voice-live") as observers:
            stop, up = asyncio.Event(), asyncio.get_running_loop().create_future()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(serve(project, observers=observers, on_ready=up.set_result, stop=stop))
                port = (await up).port
                subscription = {"endpoint": f"http://127.0.0.1:{port}/events", "headers": {"x-voiceagent-secret": SECRET}}
                (await http.put(f"{acs.url}/emulator/subscription", json=subscription)).raise_for_status()
                if case.fault is not None:
                    faults.arm(*case.fault)

                async def place() -> str:
                    order = {"steps": [{"say": "Where is my order?"}, {"silence": 3000}], "hang_up_after": True, **case.caller}
                    with observers.feed.subscribe() as feed:
                        answer = await http.post(f"{acs.url}/emulator/calls", json=order)
                        answer.raise_for_status()
                        placed = answer.json()
                        if case.leaves_after_s is not None:
                            await asyncio.sleep(case.leaves_after_s)
                            await http.delete(f"{acs.url}/emulator/calls/{placed['call_id']}")
                        correlation = placed["correlation_id"]
                        async with asyncio.timeout(45):
                            while (report := observers.reports.report(correlation)) is None:
                                await anext(feed)
                    return f"{report['outcome']}, {report['end_reason']}"

                yield place
                stop.set()


def dead() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"127.0.0.1:{taken.getsockname()[1]}"


if __name__ == "__main__":
    main()
