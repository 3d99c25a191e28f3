"""Barge-ins at random moments: how soon the caller's ear is silent, and whether the engine remembers what that ear heard.

The emulators run in this process, so that both truths can be read where they arise: the playout buffer at the caller's ear, and
the engine's conversation. The bridge is `voiceagent serve` in a process of its own, as in production. Each call interrupts
every turn of the agent; what sounded between two flushes is what was heard of one reply.

The ear can only be as punctual as this process. While it stood still for longer than half of what the bridge sends ahead, the
ear had nothing to play and nobody could know; such barge-ins are counted, and their history is not judged.

`--engine embedded` (default) hears and speaks with the models, `scripted` answers with tones and needs little processor time.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import random
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench_calls import tone_wav

from voiceagent.config.schema import ThinkerSection
from voiceagent.emulators.acs.circuit import Circuit
from voiceagent.emulators.together import Emulators
from voiceagent.emulators.voice_live.scripted import Scripted, Turn
from voiceagent_cli.signals import run

STOP_MS, BRIDGE_MS, HISTORY_MS = 250.0, 60.0, 60.0
LONG = (
    "Certainly. Your order left our warehouse early this morning, it is on its way to the depot in your town, and from there "
    "a van will bring it to your door tomorrow between nine and eleven. If nobody is at home, the driver leaves it with a "
    "neighbour, and puts a card through your letter box, which tells you the name and the number of the house."
)
WORDS = ("Wait a moment, please.", "Stop, I have a question.", "Sorry, tell me again.", "Hold on, what was that?")


@dataclass(slots=True)
class Found:
    """Everything measured, in ms. `drift`: what the engine remembers of an item, less what the ear heard of it."""

    stop: list[float] = field(default_factory=list)
    bridge: list[float] = field(default_factory=list)
    drift: list[float] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)
    not_cut: int = 0
    late_audio: int = 0
    unpaired: int = 0
    disturbed: int = 0


STALLED_MS = 100.0


class Stalls:
    """When this process stood still, by the clock of the calls."""

    def __init__(self) -> None:
        self._found: list[tuple[float, float]] = []

    async def watch(self) -> None:
        clock = asyncio.get_running_loop().time
        before = clock()
        while True:
            await asyncio.sleep(0.01)
            now = clock()
            if (now - before) * 1000 > STALLED_MS:
                self._found.append((before * 1000, now * 1000))
            before = now

    def between(self, start: float, end: float) -> bool:
        return any(began < end and start < ended for began, ended in self._found)


async def measure(barge_ins: int, engine: str, at_once: int, seed: int) -> Found:
    found, dice, ended = Found(), random.Random(seed), list[Circuit]()
    per_call = min(10, barge_ins)
    waiting = [per_call] * (barge_ins // per_call) + ([barge_ins % per_call] if barge_ins % per_call else [])
    with tempfile.TemporaryDirectory() as folder:
        project = write_agent(Path(folder) / "agent")
        async with emulators(engine) as emulated, served(project, emulated):
            assert emulated.voice_live is not None

            async def callers() -> None:
                while waiting:
                    ended.append(await one_call(emulated, plan(waiting.pop(), engine, dice)))
                    made = sum(len(circuit.turns.barge_ins) for circuit in ended)
                    print(f"\r{made} of {barge_ins} barge-ins", end="", file=sys.stderr)

            stalls = Stalls()
            # Every ear and every engine lives in this process, and the calls that ended stay in memory: a collection of the
            # garbage would stop them all for a tenth of a second and more.
            gc.disable()
            async with asyncio.TaskGroup() as around:
                watching = around.create_task(stalls.watch())
                async with asyncio.TaskGroup() as tasks:
                    for _ in range(at_once):
                        tasks.create_task(callers())
                watching.cancel()
            # Only now: reading captures would stop the ears of calls that go on, which live in this process.
            for circuit in ended:
                learn(found, circuit, await wires_of(project, circuit), emulated.voice_live.sessions(), stalls)
    print(file=sys.stderr)
    return found


def write_agent(project: Path) -> Path:
    project.mkdir()
    (project / "voiceagent.toml").write_text(
        f'[agent]\nname = "talker"\ngreeting = {json.dumps(LONG)}\n[capture]\npolicy = "full"\n[log]\nlevel = "error"\n',
        encoding="utf-8",
    )
    (project / "prompt.md").write_text("You talk a lot.\n", encoding="utf-8")
    return project


def emulators(engine: str) -> Emulators:
    if engine == "scripted":
        return Emulators("all", source=Scripted([Turn(say=LONG, ms=20_000)], repeat=True))
    return Emulators("all", thinker=ThinkerSection(fallback=LONG))


def plan(number: int, engine: str, dice: random.Random) -> list[dict[str, Any]]:
    steps = []
    for _ in range(number):
        after = dice.randint(150, 7_000)
        said = {"wav": tone_wav(0.6)} if engine == "scripted" else {"interrupt": dice.choice(WORDS)}
        steps.append(said | {"after_ms": after})
    return steps


@asynccontextmanager
async def served(project: Path, emulated: Emulators) -> AsyncIterator[None]:
    """`voiceagent serve` as a child that knows these emulators."""
    env = {**os.environ, **emulated.env(), "PORT": "0", "VOICEAGENT_ENGINE": "voice-live"}
    program = [sys.executable, "-m", "voiceagent_cli", "serve", str(project), "--json"]
    child = await asyncio.create_subprocess_exec(*program, env=env, stdout=asyncio.subprocess.PIPE, limit=1 << 20)
    assert child.stdout is not None
    if not json.loads(await child.stdout.readline() or b"{}").get("ready"):
        raise SystemExit("the bridge did not start")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(drained(child.stdout))
        try:
            yield
        finally:
            child.terminate()
            await child.wait()


async def drained(lines: asyncio.StreamReader) -> None:
    """A child whose output nobody reads stands still."""
    while await lines.readline():
        pass


async def one_call(emulated: Emulators, steps: Sequence[dict[str, Any]]) -> Circuit:
    import httpx

    acs = emulated.acs
    assert acs is not None
    async with httpx.AsyncClient(base_url=acs.url, trust_env=False, verify=False, timeout=120) as http:
        order = {"from": "+14255550100", "steps": list(steps), "line": "wideband", "hang_up_after": False}
        call_id = (await http.post("/emulator/calls", json=order)).json()["call_id"]
        circuit = acs.network.circuits[call_id]
        while len(circuit.turns.barge_ins) < len(steps) and not circuit.call.over:  # noqa: ASYNC110 - watched from outside
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)  # so that what comes late has come
        await http.delete(f"/emulator/calls/{call_id}")
    return circuit


async def wires_of(project: Path, circuit: Circuit) -> Wires:
    """The bridge writes the report, which names the capture, after the call."""
    from voiceagent.errors import UserError
    from voiceagent.observe.store import ReportStore

    for _ in range(200):
        try:
            return Wires(project / ReportStore(project / "captures").read(circuit.call.correlation_id)["capture"])
        except UserError:
            await asyncio.sleep(0.05)
    raise SystemExit("a call left no report")


class Wires:
    """What the capture of a call tells of its barge-ins."""

    def __init__(self, path: Path) -> None:
        from voiceagent.capture.read import read_capture
        from voiceagent.capture.records import Wire

        self.session_id = ""
        self.shares: list[float] = []
        """From the engine's `speech_started` at our socket to StopAudio at the other, in ms."""
        noticed: float | None = None
        for record in read_capture(path).records:
            if not isinstance(record, Wire) or record.frame is None or len(record.frame) > 5_000:
                continue
            if (record.edge, record.direction) == ("engine", "in"):
                event = json.loads(record.frame)
                if event["type"] == "session.created":
                    self.session_id = event["session"]["id"]
                elif event["type"] == "input_audio_buffer.speech_started":
                    noticed = record.at_ms
            elif (record.edge, record.direction) == ("media", "out") and b"StopAudio" in record.frame and noticed is not None:
                self.shares.append(record.at_ms - noticed)
                noticed = None


def learn(found: Found, circuit: Circuit, wires: Wires, sessions: Sequence[dict[str, Any]], stalls: Stalls) -> None:
    """Compare the three accounts of one call: the ear's, the wire's, the engine's."""
    session = next(one for one in sessions if one["id"] == wires.session_id)
    cut = [one for one in circuit.turns.barge_ins if one.cut]
    found.not_cut += len(circuit.turns.barge_ins) - len(cut)
    found.stop += [one.stop_ms for one in cut]
    found.bridge += wires.shares
    found.latency += [turn.latency_ms for turn in circuit.turns.turns if turn.latency_ms is not None]
    heard = list(heard_between_flushes(circuit))
    found.late_audio += late_pieces(circuit)
    remembered = [item["audio_end_ms"] for item in session["items"] if item["audio_end_ms"] is not None]
    if len(remembered) != len(heard):
        found.unpaired += abs(len(remembered) - len(heard))
        return
    for ours, (truth, start, flush) in zip(remembered, heard, strict=True):
        if stalls.between(start - 50, flush + 50):
            found.disturbed += 1
        else:
            found.drift.append(ours - truth)


def heard_between_flushes(circuit: Circuit) -> Iterator[tuple[float, float, float]]:
    """How many ms of each interrupted reply sounded, since when and until when; a flush of nothing interrupts nothing."""
    ear, pieces = circuit.ear, list(circuit.ear.pieces)
    for flush in ear.flushes:
        sounded, since = 0.0, pieces[0].start_ms if pieces else flush
        while pieces and pieces[0].start_ms < flush:
            sounded += len(pieces.pop(0).pcm) * 1000 / (ear.rate * 2)
        if sounded:
            yield sounded, since, flush


LATE_MS = 300.0
"""No answer comes within this time of an interruption: the caller is still speaking. What sounds then belongs to the past."""


def late_pieces(circuit: Circuit) -> int:
    ear = circuit.ear
    return sum(any(flush <= piece.start_ms < flush + LATE_MS for flush in ear.flushes) for piece in ear.pieces)


def share(values: Sequence[float], part: float) -> float:
    """The nearest-rank percentile."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, max(0, -(-int(part * 100) * len(ranked) // 100) - 1))] if ranked else float("nan")


def tell(found: Found, engine: str) -> bool:
    drifts = [abs(one) for one in found.drift]
    rows = [
        ("speech to silence at the ear", found.stop, STOP_MS),
        ("of it in the bridge", found.bridge, BRIDGE_MS),
        ("history against the ear", drifts, HISTORY_MS),
        ("end of speech to first audio", found.latency, None),
    ]
    print(f"engine {engine}; all figures in ms")
    print(f"{'':<32}{'n':>5}{'median':>9}{'p95':>9}{'max':>9}{'bound':>9}")
    for name, values, bound in rows:
        if values:
            middle, most = statistics.median(values), max(values)
            print(f"{name:<32}{len(values):>5}{middle:>9.1f}{share(values, 0.95):>9.1f}{most:>9.1f}{bound or '':>9}")
    if found.drift:
        mean, least, most = statistics.fmean(found.drift), min(found.drift), max(found.drift)
        print(f"history less ear, signed: mean {mean:.1f}, {least:.1f} to {most:.1f}")
    print(f"not cut by StopAudio {found.not_cut}, late audio {found.late_audio}, items without a partner {found.unpaired}")
    if found.disturbed:
        print(f"not judged, because this process stood still for more than {STALLED_MS:.0f} ms: {found.disturbed}")
    kept = bool(found.stop) and share(found.stop, 0.95) <= STOP_MS and share(found.bridge, 0.95) <= BRIDGE_MS
    return kept and bool(drifts) and max(drifts) <= HISTORY_MS and not found.late_audio and not found.unpaired


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--barge-ins", type=int, default=200, metavar="N")
    options.add_argument("--engine", choices=["embedded", "scripted"], default="embedded")
    options.add_argument("--at-once", type=int, default=2, metavar="N", help="calls at once")
    options.add_argument("--seed", type=int, default=1, metavar="N", help="chooses the moments")
    chosen = options.parse_args()
    found = run(lambda _: measure(chosen.barge_ins, chosen.engine, chosen.at_once, chosen.seed))
    kept = tell(found, chosen.engine)
    print("all bounds kept" if kept else "NOT all bounds kept", file=sys.stderr)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
