"""What an exact replay costs: a captured two-party call, made without waiting, replayed by the command in a process of its own.

The call goes through the real runner, leg, engine client and capture; only the phone, the engine and the clock are scripted.
Both parties speak in turn, as noise as loud as speech, which compresses worse than speech does.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from voiceagent.capture.gz import GzipLog
from voiceagent.capture.read import CaptureReader
from voiceagent.testing.recital import Programme, recite

LIMIT_SECONDS = 1.2
LIMIT_MB = 150
LIMIT_SPEED = 500
"""Promised for ten minutes, the whole process with its start-up."""

BLOCK_BYTES = 220_000
"""A second of a call with both sides' frames: how often a capture of a real call is made safe. Made without waiting, a call
would be one block of a hundred megabytes."""


def make(folder: Path, seconds: float) -> Path:
    """The capture, in blocks as of a real call."""
    whole = recite(folder / "whole", Programme(seconds=seconds, key_every=5))
    path = folder / whole.name
    CaptureReader(whole)  # it is one
    import gzip

    log, waiting = GzipLog(path), 0
    with gzip.open(whole) as lines:
        for number, line in enumerate(lines):
            log.write(line)
            waiting += len(line)
            if waiting > BLOCK_BYTES or number == 0:
                log.sync()
                waiting = 0
    log.finish()
    return path


def replay(path: Path) -> tuple[dict[str, Any], float]:
    """The command's own result, and how long the process lived."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "voiceagent_cli", "replay", str(path), "--json"], capture_output=True, text=True, check=False
    )
    took = time.perf_counter() - began
    if done.returncode != 0:
        sys.exit(done.stdout[-4000:] + done.stderr)
    return json.loads(done.stdout)["results"][0], took


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=600, metavar="S", help="length of the call")
    options.add_argument("--rounds", type=int, default=5, metavar="N", help="replays; the best counts")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        path = make(Path(folder), chosen.seconds)
        made = time.perf_counter() - began
        size = path.stat().st_size / 1e6
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        rounds = [replay(path) for _ in range(chosen.rounds)]
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    result, took = min(rounds, key=lambda one: one[1])
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / chosen.rounds
    rss_mb, speed = after.ru_maxrss / 1024, chosen.seconds / took
    for name, value in (
        ("call", f"{chosen.seconds:.0f} s, {size:.1f} MB, made in {made:.1f} s"),
        ("result", f"{result['result']}, {result['commands']} commands, {result['wire']['frames']} frames"),
        ("replayed in", f"{took:.2f} s wall, best of {chosen.rounds} ({', '.join(f'{one[1]:.2f}' for one in rounds)})"),
        ("processor", f"{cpu:.2f} s on average, start-up included"),
        ("speed", f"{speed:.0f} x real time ({result['speed_x']:.0f} x without start-up)"),
        ("memory", f"{rss_mb:.0f} MB"),
    ):
        print(f"{name:<14}{value}")
    kept = took <= LIMIT_SECONDS and rss_mb <= LIMIT_MB and speed >= LIMIT_SPEED
    print(
        f"promised for 600 s: {LIMIT_SECONDS} s, {LIMIT_MB} MB, {LIMIT_SPEED} x: {'kept' if kept else 'NOT kept'}",
        file=sys.stderr,
    )
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
