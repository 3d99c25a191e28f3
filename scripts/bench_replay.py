"""What an exact replay costs: a captured two-party call, made without waiting, replayed by the command in a process of its own.

The call goes through the real runner, leg, engine client and capture; only the phone, the engine and the clock are scripted.
Both parties speak in turn, as noise as loud as speech, which compresses worse than speech does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

LIMIT_SECONDS = 1.2
LIMIT_MB = 150
LIMIT_SPEED = 500
"""Promised for ten minutes, the whole process with its start-up."""


def make(folder: Path, seconds: float) -> Path:
    """The capture, in blocks of a second as of a real call: made without waiting, it would be one of a hundred megabytes."""
    from voiceagent.capture.copy import copy_capture
    from voiceagent.capture.read import CaptureReader
    from voiceagent.testing.programme import Programme
    from voiceagent.testing.recital import recite

    whole = recite(folder / "whole", Programme(seconds=seconds, key_every=5))
    copy_capture(CaptureReader(whole), folder / whole.name)
    return folder / whole.name


def replay(path: Path) -> tuple[dict[str, Any], float, float, float]:
    """The command's own result; how long the process lived, its processor time, and its memory in MB."""
    began = time.perf_counter()
    words = [sys.executable, "-m", "voiceagent_cli", "replay", str(path), "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = child.stdout.read()
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - began
    if child.returncode != 0:
        sys.exit(told[-4000:])
    return json.loads(told)["results"][0], took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=600, metavar="S", help="length of the call")
    options.add_argument("--rounds", type=int, default=5, metavar="N", help="replays; the best counts")
    options.add_argument("--make", type=Path, metavar="DIR", help="only make the capture there, and print its path")
    chosen = options.parse_args()
    if chosen.make is not None:
        print(make(chosen.make, chosen.seconds))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        # In a process of its own: a child begins with the memory of its parent, and the replays' shall be theirs.
        words = [sys.executable, __file__, "--make", folder, "--seconds", str(chosen.seconds)]
        path = Path(subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip())
        made = time.perf_counter() - began
        size = path.stat().st_size / 1e6
        rounds = [replay(path) for _ in range(chosen.rounds)]
    result, took, cpu, _ = min(rounds, key=lambda one: one[1])
    rss_mb, speed = max(one[3] for one in rounds), chosen.seconds / took
    for name, value in (
        ("call", f"{chosen.seconds:.0f} s, {size:.1f} MB, made in {made:.1f} s"),
        ("result", f"{result['result']}, {result['commands']} commands, {result['wire']['frames']} frames"),
        ("replayed in", f"{took:.2f} s wall, best of {chosen.rounds} ({', '.join(f'{one[1]:.2f}' for one in rounds)})"),
        ("processor", f"{cpu:.2f} s, start-up included"),
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
