"""N emulated calls at once in one bridge, and what they cost: frames lost, lateness, processor time, memory.

The phone and Voice Live are the emulators, in a process of their own and without models: the callers play a second of tone and
a second of silence in turn, the engine answers each with a tone. Everything else is the product: verification, control, lane.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import functools
import io
import math
import resource
import struct
import sys
import tempfile
import time
import wave
from pathlib import Path
from typing import Any

from voiceagent.local.bridge import bridge
from voiceagent.local.phone import Phone
from voiceagent_cli.signals import run

RATE = 24_000


@functools.cache  # making one takes as long as half a frame: not while others speak
def tone_wav(seconds: float = 1.0) -> str:
    """A loud tone, as the admin API takes it."""
    samples = (int(12_000 * math.sin(2 * math.pi * 440 * i / RATE)) for i in range(int(RATE * seconds)))
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return base64.b64encode(file.getvalue()).decode()


async def measure(calls: int, seconds: float, capture: str) -> dict[str, Any]:
    import httpx

    from voiceagent.agent.init import write_project

    flags = {"bridge.port": 0, "limits.max_calls": calls, "capture.policy": capture, "log.level": "error"}
    steps = [{"wav": tone_wav()}, {"silence": 1000}] * max(1, round(seconds / 4))
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "agent"
        write_project(project)
        async with (
            bridge(project, flags=flags, phone=True, emulate=("--answers", "scripted")) as served,
            httpx.AsyncClient(trust_env=False, timeout=60) as http,
        ):
            phone = Phone(http, served.running.emulator_url)
            plan = {"steps": steps, "line": "wideband", "hang_up_after": True}
            began, cpu = time.monotonic(), time.process_time()
            placed = [await phone.place_call(plan | {"from": f"+1425555{i:04}"}) for i in range(calls)]
            try:
                async with asyncio.timeout(seconds):
                    async with asyncio.TaskGroup() as tasks:
                        for call in placed:
                            tasks.create_task(follow(phone, call["call_id"]))
            except TimeoutError:
                for call in placed:
                    await phone.hang_up(call["call_id"])
            cpu, took = time.process_time() - cpu, time.monotonic() - began
            ears = [await phone.look(call["call_id"]) for call in placed]
            async with asyncio.TaskGroup() as tasks:
                for call in placed:
                    tasks.create_task(follow(phone, call["call_id"]))
            reports = [await report(http, served.running, ear["correlation_id"]) for ear in ears]
    return figures(ears, [one for one in reports if one], calls=calls, cpu=cpu, took=took)


async def follow(phone: Phone, call_id: str) -> None:
    async for _ in phone.follow(call_id):
        pass


async def report(http: Any, running: Any, correlation_id: str) -> dict[str, Any] | None:
    """The bridge's report; it may take a moment after the phone's end."""
    headers = {"Authorization": f"Bearer {running.token}"}
    for _ in range(100):
        calls = (await http.get(f"{running.workbench_url}/api/calls", headers=headers)).json()["calls"]
        for row in calls:
            answer = await http.get(f"{running.workbench_url}/api/calls/{row['call_id']}", headers=headers)
            found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
            if found.get("correlation_id") == correlation_id:
                return found
        await asyncio.sleep(0.1)
    return None


def figures(
    ears: list[dict[str, Any]], reports: list[dict[str, Any]], *, calls: int, cpu: float, took: float
) -> dict[str, Any]:
    sent = sum(ear["frames"]["sent"] for ear in ears)
    received = sum(ear["frames"]["received"] for ear in ears)
    heard = sum(one["frames"]["caller_in"] for one in reports)
    return {
        "calls": calls,
        "answered": sum(ear["answer_ms"] is not None for ear in ears),
        "reported": len(reports),
        "seconds": round(took, 1),
        "frames_sent": sent,
        "frames_received": received,
        "lost_by_bridge": sum(one["frames"]["dropped"] for one in reports),
        "lost_by_phone": sum(ear["frames"]["lost"] for ear in ears),
        "caller_frames_unaccounted": max(0, sent - heard),
        "bridge_cpu_us_per_frame": round(cpu * 1e6 / max(1, sent + received), 1),
        "bridge_cpu_percent": round(100 * cpu / took, 1),
        "bridge_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        "answer_ms_max": max((ear["answer_ms"] or 0 for ear in ears), default=0),
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--calls", type=int, default=20, metavar="N")
    options.add_argument("--seconds", type=float, default=15, metavar="S")
    options.add_argument("--capture", choices=["off", "redacted", "full"], default="off")
    chosen = options.parse_args()
    told = run(lambda _: measure(chosen.calls, chosen.seconds, chosen.capture))
    for name, value in told.items():
        print(f"{name:<28}{value}")
    whole = told["answered"] == chosen.calls and not told["lost_by_bridge"]
    print("every call answered, no frame lost" if whole else "NOT every call answered without loss", file=sys.stderr)
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
